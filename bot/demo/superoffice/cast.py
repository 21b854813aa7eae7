"""Who is in the story: users, companies, people. All fictional, under example.com and example.org."""

from typing import NamedTuple

__all__ = [
    "CATEGORIES",
    "COLLEAGUES",
    "COMPANIES",
    "FIRST_NAMES",
    "HOSTILE",
    "LAST_NAMES",
    "NOBODY",
    "USERS",
    "Staff",
    "User",
]


class Staff(NamedTuple):
    """Somebody of the selling company who makes things happen."""

    full_name: str
    person_id: int


class User(NamedTuple):
    """A SuperOffice user (an associate) who can sign in."""

    login: str
    password: str
    email: str
    full_name: str
    associate_id: int
    person_id: int
    role: str = "User level 0"

    @property
    def staff(self) -> Staff:
        """The user as an actor."""
        return Staff(self.full_name, self.person_id)


#: The seller, her manager, a colleague, one whose e-mail differs from Slack's, one without a zone in Slack.
USERS = (
    User("KLED", "northern-lights-7", "kianna.ledner@example.com", "Kianna Ledner", 528, 947),
    User("PLUN", "fjord-and-fell-3", "per.lund@example.com", "Per Lund", 501, 902, "Manager"),
    User("IHOL", "midsummer-rye-5", "ida.holm@example.com", "Ida Holm", 533, 951),
    User("EMOE", "birch-and-bark-9", "eva.moe@example.org", "Eva Moe", 541, 960),
    User("TBER", "salt-and-spruce-2", "tor.berg@example.com", "Tor Berg", 544, 963),
)

#: Who calls what needs no ticket.
NOBODY = User("", "", "", "", 0, 0)

#: They act, but never sign in.
COLLEAGUES = (Staff("Walsh Brekke", 948), Staff("Sanna Järvinen", 955), Staff("Mads Kjær", 957))

#: One is in several languages, raw, as SOAP may answer it; "Former" ones are deleted.
CATEGORIES = {
    1: "Customer",
    2: "Prospect",
    3: 'US:"VIP Customer";NO:"VIP-kunde";SW:"VIP-kund"',
    4: "Partner",
    5: "Supplier",
    6: "Competitor",
    7: "Former customer",
}

#: Names as somebody wrote them into a CRM to see what happens. CRM text is hostile.
HOSTILE = (
    "<!channel> AS",
    "*Bold* & Sons <https://evil.example|Nordea>",
    "שלום ושות׳ \u202eMBH",
    "🦊 Fuchs & Söhne 🇦🇹 GmbH",
    ("Det norske selskab for langvarig lagring av særdeles lange firmanavn i alle tenkelige systemer " * 3)[
        :200
    ],
    "]]> <script>alert('x')</script> \"AB\"",
)

#: Name, department, category id.
COMPANIES: tuple[tuple[str, str, int], ...] = (
    ("Nordlys Kraft AS", "Drift", 1),
    ("Bergström & Söner AB", "", 2),
    ("Fjordlaks Eksport AS", "", 3),
    ("Aurinko Energia Oy", "Myynti", 1),
    ("Havbris Rederi AS", "", 3),
    ("Smørhullet Mejeri A/S", "", 1),
    ("Stenbock Verktyg AB", "Göteborg", 1),
    ("Kaffihús Norðurljós ehf.", "", 2),
    ("Van der Meulen Logistiek B.V.", "Rotterdam", 1),
    ("Alpenblick Maschinenbau GmbH", "Einkauf", 3),
    ("Tuulivoima Pohjola Oy", "", 2),
    ("Lindqvist Arkitekter AB", "", 1),
    ("Grønn Vekst Gartneri AS", "", 1),
    ("Skagerrak Sea Services A/S", "", 4),
    ("Kvist & Kvast Renhold AS", "", 5),
    ("Mälardalens Bygg AB", "Västerås", 1),
    ("Polar Data Senter AS", "", 3),
    ("Jäger und Falk Optik GmbH", "", 2),
    ("Boulangerie Duvallon SARL", "", 1),
    ("Hämeen Puu Oy", "", 1),
    ("Trolltind Sport AS", "", 2),
    ("Øresund Bryghus A/S", "", 1),
    ("Sankt Gøran Tannklinikk AS", "", 1),
    ("Baltic Amber Trading OÜ", "", 4),
    ("Vestkyst Transport AS", "Bergen", 1),
    ("Rosenqvist Redovisning AB", "", 4),
    ("Kestrel & Wren Ltd", "London", 2),
    ("Saimaa Telakka Oy", "", 1),
    ("Fyrtårn Forsikring ASA", "", 3),
    ("Norrsken Film AB", "", 2),
    ("De Groene Molen N.V.", "", 1),
    ("Hardanger Fruktlager SA", "", 1),
    ("Zephyr Windparks GmbH", "Hamburg", 2),
    ("Jutland Steel A/S", "", 1),
    ("Lapin Matkat Oy", "", 7),
    ("Solsiden Hotell AS", "", 1),
    ("Krona & Klöver Tryckeri AB", "", 5),
    ("Arctic Rope Works AS", "Hammerfest", 1),
    ("Viborg Vinduer ApS", "", 2),
    ("Sept Îles Cosmétique SA", "", 1),
    ("Ostsee Kutter eG", "", 1),
    ("Tallberg Juristbyrå AB", "", 4),
    ("Isbre Mineralvann AS", "", 3),
    ("Kuopion Kello Oy", "", 1),
    ("Nattergal Musikkforlag AS", "", 2),
    ("Harbour Bridge Catering Ltd", "", 1),
    ("Söderhav Yachts AB", "", 3),
    ("Fjellheim Kommunikasjon AS", "", 6),
    ("Hvidsten Apotek A/S", "", 1),
    ("Eifel Quelle GmbH & Co. KG", "", 1),
    ("Runestad Regnskap AS", "", 4),
    ("Pärnu Paber AS", "", 5),
    ("Lykta Belysning AB", "", 2),
    ("Kobberkanden Restaurant ApS", "", 1),
    ("Oulun Ohjelmisto Oy", "Tuki", 1),
    ("Storfjord Settefisk AS", "", 3),
)

FIRST_NAMES = (
    *("Aino", "Anders", "Astrid", "Bjørn", "Camille", "Dagny", "Eero", "Elin", "Emil", "Freja", "Gunnar"),
    *("Hanna", "Ingrid", "Jonas", "Kaisa", "Lars", "Liv", "Magnus", "Mette", "Nils", "Olga", "Pia", "Ragnar"),
    *("Saga", "Signe", "Sven", "Tuula", "Ulla", "Vidar", "Åse"),
)
LAST_NAMES = (
    *("Aalto", "Bakken", "Berglund", "Christiansen", "Dahl", "Eklund", "Fossum", "Grønlund", "Hagen"),
    *("Isaksen", "Jansson", "Korhonen", "Lindberg", "Moen", "Nygård", "Olsen", "Pettersen", "Qvist"),
    *("Rasmussen", "Sandvik", "Torp", "Ulvestad", "Virtanen", "Wik", "Østby", "Åkesson"),
)
