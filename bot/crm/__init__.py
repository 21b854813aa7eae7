"""SuperOffice, behind the ``Crm`` port. The only package that imports zeep."""
