"""The SuperOffice side against zeep and the official WSDLs, where SUPEROFFICE_WSDL_DIR points to them."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import zeep

from bot.demo.clock import TestClock
from bot.demo.superoffice import SuperOffice

FOLDER = os.environ.get("SUPEROFFICE_WSDL_DIR")
ALL = ["Created", "Updated", "NewActivity", "ActivityCompleted", "PersonAdded", "PersonUpdated", "DocumentAdded"]

pytestmark = pytest.mark.skipif(not FOLDER, reason="SUPEROFFICE_WSDL_DIR is not set")


class Services:
    """One version's services, their addresses turned to the demo."""

    def __init__(self, version: str, crm: SuperOffice) -> None:
        self.version = version
        self.crm = crm
        self.transport = zeep.AsyncTransport()

    def __getattr__(self, agent: str) -> Any:
        wsdl = Path(FOLDER or "") / self.version / f"WSDL-{self.version}-{agent}.xml"
        client = zeep.AsyncClient(str(wsdl), transport=self.transport)
        binding = f"{{http://www.superoffice.net/ws/crm/NetServer/{self.version}}}BasicHttpBinding_{agent}"
        return client.create_service(binding, f"{self.crm.url_for(self.version)}{agent}.svc")
