"""E-mail, by Amazon SES."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from staydown.notices.mail import Email

_INVALID_ADDRESS_CODES = {"BadRequestException", "InvalidParameterValue"}


class AddressRejected(Exception):
    """There is no sending to this address, now or later."""


class Mailer:
    """sender: an address, or domain's address, that SES has verified. configuration: names the set by which
    bounces come back."""

    def __init__(self, client: Any, from_address: str, configuration_set: str) -> None:
        self._client = client
        self._sender = from_address
        self._configuration = configuration_set

    def send(self, to: str, mail: Email, *, case_number: str) -> None:
        """report: a case number, by which a bounce is known again."""
        subject = {"Data": mail.subject, "Charset": "UTF-8"}
        text = {"Text": {"Data": mail.body, "Charset": "UTF-8"}}
        try:
            self._client.send_email(
                FromEmailAddress=self._sender,
                Destination={"ToAddresses": [to]},
                Content={"Simple": {"Subject": subject, "Body": text}},
                EmailTags=[{"Name": "report", "Value": case_number}],
                ConfigurationSetName=self._configuration,
            )
        except ClientError as error:
            if error.response["Error"]["Code"] in _INVALID_ADDRESS_CODES:
                # Not chained: the error quotes the address.
                raise AddressRejected from None
            raise
