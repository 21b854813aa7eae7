"""The bodies of SuperOffice's answers, every element in the WSDL's order."""

from zoneinfo import ZoneInfo

from bot.demo.superoffice.cast import CATEGORIES, User
from bot.demo.superoffice.soap import INSTANCE, element
from bot.demo.superoffice.story import ACTIONS, Company, Event

__all__ = ["NIL_RESPONSE", "authenticated", "category", "elements", "person", "refused", "row", "system_info"]

#: What WCF answers where there is nothing.
NIL_RESPONSE = f'<Response xmlns:i="{INSTANCE}" i:nil="true"/>'


def elements(**fields: object) -> str:
    """Elements in the order given."""
    return "".join(element(name, value) for name, value in fields.items())


def row(company: Company, latest: Event, flags: int, zone: str) -> bytes:
    """One company of an answer: its latest event, in a zone."""
    time = latest.time.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    fields = elements(
        TableRight=None,
        FieldProperties=None,
        ContactId=company.id,
        Department=company.department,
        OrgNr=company.org_number,
        Name=company.name,
        URL=company.url,
        AssociateFullName=company.owner.full_name,
        Action=" ".join(name for name, flag in ACTIONS.items() if flag & flags),
        ActionTime=time.isoformat(),
        Category=CATEGORIES[company.category_id],
        ActivityPersonName=latest.actor.full_name,
        ActionId=latest.action_id,
        PersonId=latest.person_id,
        ActivityPersonId=latest.actor.person_id,
        AssociateId=company.owner.associate_id,
    )
    return f"<ContactActivity>{fields}</ContactActivity>".encode()


def refused() -> bytes:
    """Wrong name or password: the call succeeds, the sign-in does not."""
    credentials = f'<Credentials xmlns:i="{INSTANCE}" i:nil="true"/>'
    return f"{NIL_RESPONSE}{credentials}<AuthenticationSucceeded>false</AuthenticationSucceeded>".encode()


def authenticated(user: User, ticket: str) -> bytes:
    """Signed in: who it is and the ticket."""
    carrier = elements(
        UserType="InternalAssociate",
        Associate=user.login,
        AssociateId=user.associate_id,
        IsPerson=True,
        PersonId=user.person_id,
        CountryId=578,
        HomeCountryId=578,
        ContactId=1,
        GroupId=2,
        BusinessId=0,
        CategoryId=0,
        ContactOwner=0,
        RoleId=1,
        RoleName=user.role,
        RoleDescription="",
        RoleType="Employee",
        Licenses="",
        FullName=user.full_name,
        EMailAddress=user.email,
        FunctionRights="",
        EjUserId=0,
        EjAccessLevel=0,
        EjUserStatus="StatusNormal",
        ProvidedCredentials="",
        SecondaryGroups="",
        DatabaseContextIdentifier=None,
    )
    credentials = f"<Credentials>{element('Ticket', ticket)}</Credentials>"
    return (
        f'<Response xmlns:i="{INSTANCE}">{carrier}</Response>{credentials}'
        "<AuthenticationSucceeded>true</AuthenticationSucceeded>"
    ).encode()


def category(number: int, name: str) -> str:
    """One category of the list."""
    fields = elements(
        TableRight=None,
        FieldProperties=None,
        Id=number,
        Name=name,
        ToolTip="",
        Deleted=name.startswith("Former"),
        Rank=number,
        Type="category",
        ChildItems="",
        IconHint="",
        ColorBlock=0,
        ExtraInfo="",
        StyleHint="",
        FullName=name,
    )
    return f"<MDOListItem>{fields}</MDOListItem>"


def person(user: User) -> str:
    """The person entity of a user."""
    first, _, last = user.full_name.partition(" ")
    never = "0001-01-01T00:00:00"
    email = elements(Value=user.email, StrippedValue=user.email, Description="")
    fields = elements(
        TableRight=None,
        FieldProperties=None,
        PersonId=user.person_id,
        Firstname=first,
        MiddleName="",
        Lastname=last,
        Mrmrs="",
        Title="",
        UpdatedDate=never,
        CreatedDate=never,
        BirthDate=never,
        CreatedBy=None,
        Emails="",
        Description="",
        IsAssociate=True,
        PrivatePhones="",
        Faxes="",
        MobilePhones="",
        OfficePhones="",
        OtherPhones="",
        Position=None,
        UpdatedBy=None,
        Contact=None,
        Country=None,
        Interests="",
        PersonNumber="",
        FullName=user.full_name,
        NoMailing=False,
        UsePersonAddress=False,
        Retired=False,
        Urls="",
        FormalName=user.full_name,
    )
    whole = fields.replace("<Emails/>", f"<Emails><EntityElement>{email}</EntityElement></Emails>")
    return f'<Response xmlns:i="{INSTANCE}">{whole}</Response>'


def system_info() -> bytes:
    """What the installation says of itself."""
    inner = elements(
        TableRight=None,
        FieldProperties=None,
        License=None,
        WarningEnglish="",
        WarningResource="",
        BranchName="Release",
        BuildLabel="Release_8.4_R06",
        AssemblyVersion="8.4.6729.1250",
        AccumulatedNextCheckDate="0001-01-01T00:00:00",
        FileVersion="8.4.6729.1250",
        Description="The demo's SuperOffice",
        DaysUntilNetServerExpiry=365,
        BuildType="Release",
        DatabaseVersion=840,
        IsUnicode=True,
        CompanyName="Fjell & Vidde AS",
        CompanyId=1,
        DatabaseType="MSSQL",
        DatabaseMinor="",
        DatabaseName="SuperOffice",
        IsOnTravel=False,
        IsSatellite=False,
    )
    license_ = "<License>" + elements(CompanyName="Fjell & Vidde AS", SerialNr="1000123456") + "</License>"
    whole = inner.replace(element("License", None), license_)
    return f'<SystemInfo xmlns:i="{INSTANCE}">{whole}</SystemInfo>'.encode()
