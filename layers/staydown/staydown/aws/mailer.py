"""E-mail through Amazon SES."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from staydown.notices.mail import Email

_INVALID_ADDRESS_CODES = {"BadRequestException", "InvalidParameterValue"}


class AddressRejected(Exception):
    """SES rejects this address permanently."""


class Mailer:
    """Sends plain-text e-mails.

    from_address: an address, or an address of a domain, that SES has verified. configuration_set: the name of
    the SES configuration set that reports bounces.
    """

    def __init__(self, client: Any, from_address: str, configuration_set: str) -> None:
        self._client = client
        self._from_address = from_address
        self._configuration_set = configuration_set

    def send(self, to: str, mail: Email, *, case_number: str) -> None:
        """Send one e-mail, tagged with the case number, which identifies bounces. Raise AddressRejected."""
        subject = {"Data": mail.subject, "Charset": "UTF-8"}
        text = {"Text": {"Data": mail.body, "Charset": "UTF-8"}}
        try:
            self._client.send_email(
                FromEmailAddress=self._from_address,
                Destination={"ToAddresses": [to]},
                Content={"Simple": {"Subject": subject, "Body": text}},
                EmailTags=[{"Name": "report", "Value": case_number}],
                ConfigurationSetName=self._configuration_set,
            )
        except ClientError as error:
            if error.response["Error"]["Code"] in _INVALID_ADDRESS_CODES:
                # Not chained, because the error quotes the address.
                raise AddressRejected from None
            raise
