"""E-mail, by Amazon SES."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from staydown.domain.mail import Mail

_WRONG_ADDRESS = {"BadRequestException", "InvalidParameterValue"}


class AddressRefused(Exception):
    """There is no sending to this address, now or later."""


class Mailer:
    """sender: an address, or domain's address, that SES has verified. configuration: names the set by which
    bounces come back."""

    def __init__(self, client: Any, sender: str, configuration: str) -> None:
        self._client = client
        self._sender = sender
        self._configuration = configuration

    def send(self, to: str, mail: Mail, *, report: str) -> None:
        """report: a case number, by which a bounce is known again."""
        subject = {"Data": mail.subject, "Charset": "UTF-8"}
        text = {"Text": {"Data": mail.text, "Charset": "UTF-8"}}
        try:
            self._client.send_email(
                FromEmailAddress=self._sender,
                Destination={"ToAddresses": [to]},
                Content={"Simple": {"Subject": subject, "Body": text}},
                EmailTags=[{"Name": "report", "Value": report}],
                ConfigurationSetName=self._configuration,
            )
        except ClientError as error:
            if error.response["Error"]["Code"] in _WRONG_ADDRESS:
                # Not chained: the error quotes the address.
                raise AddressRefused from None
            raise
