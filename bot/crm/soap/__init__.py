"""SOAP as SuperOffice speaks it: envelopes by zeep, transport by aiohttp, answers read by lxml."""
