"""What is understood of a file: its columns, its rows, and every way in which it can be wrong."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.importing.problems import ImportRefused
from api.importing.reading import Reading, source_of, understand
from api.model.ingest import CampaignIn, LeadIn, OutcomeIn, TouchIn


def read(text: str, kind: Any = "leads", **options: Any) -> Reading:
    return understand(text.encode(), "file.csv", kind, **options)


def only(reading: Reading) -> Any:
    assert [row.line for row in reading.rows] == [2], reading.rejected
    return reading.rows[0].record


# --- columns ---------------------------------------------------------------------------------------------------------

HUBSPOT = (
    "Record ID,First Name,Last Name,Email,Phone Number,Job Title,Company name,Number of Employees,Country/Region,"
    "Original Traffic Source,Create Date,Message,Lifecycle Stage\n"
    "5501,Ana,Example,ana@clinic.example,+1 212 555 0142,Ward Manager,Example Clinic,51-200,Ireland,"
    "PAID_SEARCH,2026-03-04 09:15,Please call,lead\n"
)
SALESFORCE = (
    '"Lead ID","First Name","Last Name","Title","Company / Account","Email","Lead Source","Create Date","Lead Owner",'
    '"No. of Employees"\n'
    '"00Q1","Ana","Example","Ward Manager","Example Clinic","ana@clinic.example","Web","3/14/2026","Jane Roe","1,200"\n'
)
ODOO = (
    "External ID,Contact Name,Company Name,Email,Phone,Job Position,Source,Campaign,Created on,Country,Salesperson\n"
    "__export__.crm_lead_7,Ana Example,Example Clinic,ana@clinic.example,+1 212 555 0142,Ward Manager,Web,Spring,"
    "2026-03-04 09:15:00,Ireland,Jane Roe\n"
)
PIPEDRIVE = (
    "Lead - ID;Lead - Title;Person - Name;Person - Email - Work;Person - Phone - Work;Organization - Name;"
    "Lead - Lead created\n"
    "77;Example Clinic lead;Ana Example;ana@clinic.example;+1 212 555 0142;Example Clinic;2026-03-04 09:15:00\n"
)
GERMAN = (
    "Lead-Nummer;Vorname;Nachname;E-Mail-Adresse;Telefonnummer;Position;Firma;Mitarbeiterzahl;Branche;Land;Herkunft;"
    "Erstellt am;Nachricht\n"
    "7;Ana;Example;ana@clinic.example;+1 212 555 0142;Pflegedienstleitung;Klinik Beispiel;1.234;Kliniken;Österreich;"
    "Messe;04.03.2026 09:15;Bitte anrufen\n"
)
FRENCH = (
    "Identifiant,Prénom,Nom,Adresse e-mail,Téléphone,Fonction,Société,Effectif,Secteur d’activité,Pays,Créé le\n"
    "7,Ana,Example,ana@clinic.example,+1 212 555 0142,Cadre de santé,Clinique Exemple,51-200,Santé,France,04/03/2026\n"
)
SPANISH = (
    "Id,Nombre,Apellidos,Correo electrónico,Teléfono,Puesto,Empresa,Número de empleados,País,Fecha de creación\n"
    "7,Ana,Example,ana@clinic.example,+1 212 555 0142,Supervisora,Clínica Ejemplo,80,España,2026-03-04\n"
)
PORTUGUESE = (
    "Id,Nome,Sobrenome,E-mail,Celular,Cargo,Empresa,Número de funcionários,País,Data de criação,Mensagem\n"
    "7,Ana,Example,ana@clinic.example,+1 212 555 0142,Supervisora,Clínica Exemplo,80,Portugal,2026-03-04,Olá\n"
)


@pytest.mark.parametrize(
    "text", [HUBSPOT, SALESFORCE, ODOO, PIPEDRIVE, GERMAN, FRENCH, SPANISH, PORTUGUESE], ids=lambda text: text[:14]
)
def test_exports_of_other_systems_are_understood_by_their_headings(text: str) -> None:
    lead = only(read(text))
    assert isinstance(lead, LeadIn)
    assert lead.name == "Ana Example"
    assert lead.email == "ana@clinic.example"
    assert lead.company
    assert lead.created_at is not None
    assert lead.created_at.date() in (date(2026, 3, 4), date(2026, 3, 14))


def test_fields_of_a_german_export_land_where_they_belong() -> None:
    lead = only(read(GERMAN))
    assert lead == LeadIn(
        source="import",
        source_id="7",
        created_at=datetime(2026, 3, 4, 9, 15, tzinfo=UTC),
        name="Ana Example",
        title="Pflegedienstleitung",
        email="ana@clinic.example",
        phone="+1 212 555 0142",
        country="Österreich",
        company="Klinik Beispiel",
        industry="Kliniken",
        employees=1234,
        origin="Messe",
        message="Bitte anrufen",
    )


def test_a_german_name_beside_a_first_name_is_the_family_name() -> None:
    assert only(read("Id;Name;Vorname\n7;Example;Ana\n")).name == "Ana Example"


def test_case_spaces_and_underscores_do_not_matter() -> None:
    lead = only(read("SOURCE_ID,  first NAME ,E-MAIL\n7,Ana,ana@clinic.example\n"))
    assert (lead.source_id, lead.name, lead.email) == ("7", "Ana", "ana@clinic.example")


def test_the_table_shows_every_column_its_field_and_an_example() -> None:
    reading = read("id,E-Mail,Shoe size\n1,,\n2,ana@clinic.example,38\n")
    told = [(column.name, column.field, column.example) for column in reading.columns]
    assert told == [
        ("id", "source_id", "1"),
        ("E-Mail", "email", "ana@clinic.example"),
        ("Shoe size", "", "38"),
    ]
    assert [column.name for column in reading.ignored] == ["Shoe size"]


def test_a_second_column_for_the_same_field_is_named_and_left_out() -> None:
    reading = read("id,Phone,Mobile Phone\n1,+1 212 555 0100,+1 212 555 0101\n")
    assert only(reading).phone == "+1 212 555 0100"
    assert "phone" in reading.columns[2].remark


def test_a_map_names_a_column_whatever_it_is_called() -> None:
    lead = only(read("id,Wer,Wohin\n7,Ana Example,ana@clinic.example\n", maps=["lead.email=Wohin", "name=Wer"]))
    assert (lead.name, lead.email) == ("Ana Example", "ana@clinic.example")


def test_a_map_wins_over_a_common_name() -> None:
    assert only(read("id,email,other\n7,a@b.example,c@d.example\n", maps=["lead.email=other"])).email == "c@d.example"


def test_an_empty_map_leaves_a_field_out() -> None:
    reading = read("id,email,phone\n7,a@b.example,+1 212 555 0100\n", maps=["lead.phone="])
    assert only(reading).phone == ""
    assert [column.name for column in reading.ignored] == ["phone"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("lead.emial=E-mail", "There is no field “emial” in leads. The fields are: source_id,"),
        ("lead.email=Mail", "The file has no column “Mail”. Its columns are: “id”, “E-mail”."),
        ("touch.email=E-mail", "a file of leads has the fields of a lead, as in lead.email"),
        ("E-mail", "write FIELD=COLUMN"),
        ("=E-mail", "write FIELD=COLUMN"),
    ],
)
def test_a_wrong_map_is_said_with_what_there_is(text: str, says: str) -> None:
    with pytest.raises(ImportRefused, match=r".") as problem:
        read("id,E-mail\n7,a@b.example\n", maps=[text])
    assert says in problem.value.sentence


def test_two_maps_for_one_field_are_refused() -> None:
    with pytest.raises(ImportRefused, match="mapped twice"):
        read("id,a,b\n7,1,2\n", maps=["lead.email=a", "lead.email=b"])


def test_the_api_s_own_names_mean_what_they_mean_there() -> None:
    lead = only(read("source,source_id,origin\nwebform,7,webinar\n"))
    assert (lead.source, lead.source_id, lead.origin) == ("webform", "7", "webinar")


def test_an_owner_column_of_names_is_left_out_and_one_of_ids_is_taken() -> None:
    named = read("id,Lead Owner,name\n7,Jane Roe,Ana\n")
    assert only(named).owner == ""
    assert "person:ID" in named.columns[1].remark
    assert only(read("id,owner,name\n7,team:North,Ana\n")).owner == "team:North"
    assert only(read("id,who,name\n7,jane,Ana\n", maps=["lead.owner=who"])).owner == "person:jane"


# --- identity --------------------------------------------------------------------------------------------------------


def test_an_address_stands_for_a_missing_id_and_is_said_so() -> None:
    reading = read("Name,Email\nAna,Ana@Clinic.Example\n")
    assert only(reading).source_id == "ana@clinic.example"
    assert any("e-mail address" in note for note in reading.notes)


def test_a_row_that_nothing_identifies_is_rejected() -> None:
    reading = read("id,name,email\n,Ana,\n7,Ben,\n")
    assert [(row.line, row.why) for row in reading.rejected] == [
        (2, "It has no id, no e-mail address and no phone number: nothing tells whose row it is.")
    ]
    assert [row.line for row in reading.rows] == [3]


def test_rows_with_the_same_id_are_pointed_out() -> None:
    reading = read("id,name\n7,Ana\n8,Ben\n7,Ana Example\n")
    assert len(reading.rows) == 3
    assert any("line 4" in note and "“7”" in note for note in reading.notes)


def test_rows_with_the_same_id_all_say_what_the_last_one_says() -> None:
    reading = read("id,name,phone\n7,Ana,1\n8,Ben,2\n7,Ana Example,\n")
    said = [(row.line, row.record.name, row.record.phone) for row in reading.rows if isinstance(row.record, LeadIn)]
    assert said == [(2, "Ana Example", "1"), (3, "Ben", "2"), (4, "Ana Example", "1")]
    assert any("the last one wins" in note for note in reading.notes)


@pytest.mark.parametrize("row", ["7,,,,,,,", "7,2026-03-04,team:North,,,,,", "7,,,many,,,,"])
def test_a_row_of_nothing_but_an_id_is_rejected_with_its_line(row: str) -> None:
    reading = read(f"id,created_at,owner,employees,name,company,phone,campaign\n{row}\n8,,,,Ana,,,\n")
    assert [one.line for one in reading.rejected] == [2]
    assert reading.rejected[0].why.startswith("It has nothing but an id")
    assert [one.line for one in reading.rows] == [3]


@pytest.mark.parametrize("field", ["name", "company", "email", "phone", "campaign", "origin", "fit"])
def test_one_thing_besides_the_id_is_enough(field: str) -> None:
    assert only(read(f"id,{field}\n7,50\n")).source_id == "7"


@pytest.mark.parametrize(
    "text", ["ana", "ana@", "@clinic.example", "ana@clinic", "a b@clinic.example", "a@b@c.example"]
)
def test_an_odd_address_is_kept_and_noted(text: str) -> None:
    reading = read(f"id,email\n7,ana@clinic.example\n8,{text}\n")
    assert [row.record.email for row in reading.rows if isinstance(row.record, LeadIn)] == ["ana@clinic.example", text]
    assert "email: 1 value is no e-mail address and stays as written (first in line 3)." in reading.notes


def test_good_addresses_are_not_remarked_on() -> None:
    rows = ("ana.o'neill+fair@mail.clinic.example", "jörg@müller.example", "")
    reading = read("id,name,email\n" + "".join(f"{number},Ana,{text}\n" for number, text in enumerate(rows)))
    assert not any(note.startswith("email") for note in reading.notes)


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("olist_marketing_qualified_leads_dataset.csv", "olist"),
        ("olist_closed_deals_dataset.csv", "olist"),
        ("HubSpot export 2026-03-01.csv", "hubspot"),
        ("leads.csv", "import"),
        ("/some/where/Messe Köln leads.CSV", "messe-köln"),
        ("C:\\files\\crm\\fair-2.csv", "fair"),
    ],
)
def test_the_source_is_made_of_the_file_s_name(name: str, source: str) -> None:
    assert source_of(name) == source


def test_the_source_can_be_given() -> None:
    reading = read("id,name\n7,Ana\n", source="webform")
    assert only(reading).source == "webform"
    assert not any("Source" in note for note in reading.notes)


# --- rows ------------------------------------------------------------------------------------------------------------


def test_line_numbers_are_those_of_an_editor() -> None:
    reading = read('id,message\n1,"one\ntwo\r\nthree"\n\n2\n3,x\n')
    assert [row.line for row in reading.rows] == [2, 7]
    assert [row.line for row in reading.rejected] == [6]
    record = reading.rows[0].record
    assert isinstance(record, LeadIn)
    assert record.message == "one\ntwo\nthree"


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("7", "It has 1 field, the header has 3."),
        ("7,a,b,c", "It has 4 fields, the header has 3."),
        ("7,a\0b,c", "“name” carries a NUL character: the file is damaged there."),
        ('7,"a"b,c', "A quote stands inside a quoted field: it must be doubled."),
        ('7,"a,c', "A quote is opened and never closed."),
        ("7," + "x" * 140_000 + ",c", "A field is longer than 131,072 characters: is a quote not closed?"),
    ],
    ids=["short", "long", "nul", "quote", "unclosed", "huge"],
)
def test_a_broken_row_is_named_and_the_others_are_read(row: str, why: str) -> None:
    reading = read(f"id,name,email\n1,Ana,a@b.example\n{row}\n3,Ben,b@b.example\n")
    assert [(bad.line, bad.why) for bad in reading.rejected] == [(3, why)]
    assert [good.line for good in reading.rows] == [2, 4]


def test_empty_fields_beyond_the_header_do_no_harm() -> None:
    assert only(read("id,name\n7,Ana,,\n")).name == "Ana"


def test_hostile_text_is_made_harmless() -> None:
    lead = only(read('id,name,message\n7,"A\x1b[31mna \u202eelpmaxE",[/b]\x1b]0;x\x07\n'))
    assert lead.name == "A [31mna elpmaxE"
    assert "\x1b" not in lead.message
    assert "\x07" not in lead.message


def test_long_text_is_cut_and_said_so() -> None:
    reading = read(f"id,name,message\n7,{'n' * 10_000},{'m' * 10_000}\n")
    assert (len(only(reading).name), len(only(reading).message)) == (500, 4_000)
    assert "name: 1 value cut to 500 characters (first in line 2)." in reading.notes


# --- files -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "The file is empty"),
        (b"\xef\xbb\xbf\r\n\r\n", "The file is empty"),
        (b"\0" * 500, "The file is empty"),
        (b"id,name\n", "has column names (id, name) but no row"),
        (b"id,name\n\n , \n", "has column names (id, name) but no row"),
        (b"id,Email,email\n1,a,b\n", "“Email” stands more than once (columns 2 and 3)"),
        (b"PK\x03\x04" + b"\0" * 40, "save it as CSV"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 40, "old Excel workbook"),
        (b"%PDF-1.7 ...", "PDF"),
        (bytes(range(256)) * 20, "binary file"),
        (b'[{"id": 1}]', "JSON"),
        (b"<html><body>", "web page"),
        (b"ana@clinic.example,Ana\nben@clinic.example,Ben\n", "put a line of column names on top"),
        (b"colour,size\nred,3\n", "No column was recognised as source_id or email or phone"),
    ],
)
def test_a_file_that_can_not_be_imported_says_why(data: bytes, says: str) -> None:
    with pytest.raises(ImportRefused) as problem:
        understand(data, "leads.csv")
    assert says in problem.value.sentence


def test_an_unused_column_may_stand_twice() -> None:
    assert only(read("id,name,note to self,note to self\n7,Ana,a,b\n")).source_id == "7"


@pytest.mark.parametrize(
    ("codec", "name"),
    [("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8"), ("utf-16", "UTF-16"), ("utf-16-le", "UTF-16"), ("utf-32", "UTF-32")],
)
def test_encodings_are_recognised(codec: str, name: str) -> None:
    text = "id,name,company\n" + "".join(f"{n},Zoë Özil 田中,Bäckerei\n" for n in range(20))
    reading = understand(text.encode(codec), "leads.csv")
    first = reading.rows[0].record
    assert isinstance(first, LeadIn)
    assert (first.name, first.company, reading.encoding) == ("Zoë Özil 田中", "Bäckerei", name)
    assert reading.columns[0].name == "id"


def test_windows_1252_is_read_and_said_so() -> None:
    reading = understand("id;name\n1;Jörg “Example”\n".encode("cp1252"), "leads.csv")
    assert only(reading).name == "Jörg “Example”"
    assert reading.encoding == "Windows-1252"
    assert any("line 2" in note and "Windows-1252" in note for note in reading.notes)


def test_one_damaged_letter_does_not_spoil_the_others() -> None:
    data = "id,name\n1,Jörg Ödön Ágnes\n2,B".encode() + b"\xff\n"
    reading = understand(data, "leads.csv")
    record = reading.rows[0].record
    assert isinstance(record, LeadIn)
    assert record.name == "Jörg Ödön Ágnes"
    assert any(note.startswith("Line 3: damaged UTF-8") for note in reading.notes)


@pytest.mark.parametrize(
    ("sign", "name"), [(",", "comma"), (";", "semicolon"), ("\t", "tab"), ("|", "bar")], ids=lambda value: value
)
def test_delimiters_are_found(sign: str, name: str) -> None:
    reading = read(f"id{sign}name{sign}message\n7{sign}Ana{sign}a\n8{sign}Ben{sign}b\n")
    assert reading.delimiter == name
    assert len(reading.rows) == 2


def test_commas_inside_a_semicolon_file_do_not_confuse() -> None:
    reading = read('id;name;message\n1;Example, Ana;"hello, you, there"\n2;Roe, Jo;"a, b, c"\n')
    assert reading.delimiter == "semicolon"
    first = reading.rows[0].record
    assert isinstance(first, LeadIn)
    assert first.name == "Example, Ana"


def test_excel_s_separator_line_is_obeyed() -> None:
    reading = read("sep=;\nid;name\n7;Ana\n")
    assert [row.line for row in reading.rows] == [3]


@given(st.binary(max_size=400))
def test_no_bytes_make_it_fail_otherwise(data: bytes) -> None:
    sentence = ""
    try:
        understand(data, "leads.csv")
    except ImportRefused as problem:
        sentence = problem.sentence
    assert sentence == "" or sentence.endswith(".")


@given(st.text(alphabet='ab1",;\n\r\t\0 ', max_size=80))
def test_no_rows_make_it_fail_otherwise(text: str) -> None:
    reading = read(f"id,name,email\n{text}\n9,Ana,a@b.example\n")
    lines = [row.line for row in reading.rows] + [row.line for row in reading.rejected]
    assert len(lines) == len(set(lines))
    assert lines
    assert max(lines) <= text.count("\n") + text.count("\r") + 3


# --- dates and numbers -----------------------------------------------------------------------------------------------


def moments(*texts: str, **options: Any) -> list[str]:
    rows = "".join(f'{number},Ana,"{text}"\n' for number, text in enumerate(texts))
    reading = read("id,name,created_at\n" + rows, **options)
    return [
        row.record.created_at.isoformat() if isinstance(row.record, LeadIn) and row.record.created_at else ""
        for row in reading.rows
    ]


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("2018-02-26", "2018-02-26T00:00:00+00:00"),
        ("2018-02-26 19:58:54", "2018-02-26T19:58:54+00:00"),
        ("2018-02-26T19:58:54.250Z", "2018-02-26T19:58:54.250000+00:00"),
        ("2018-02-26T19:58:54+02:00", "2018-02-26T17:58:54+00:00"),
        ("2018-02-26 19:58 -0530", "2018-02-27T01:28:00+00:00"),
        ("2018/2/6", "2018-02-06T00:00:00+00:00"),
        ("20180226", "2018-02-26T00:00:00+00:00"),
        ("26.02.2018", "2018-02-26T00:00:00+00:00"),
        ("6.2.18 7:05", "2018-02-06T07:05:00+00:00"),
        ("26/02/2018 19:58", "2018-02-26T19:58:00+00:00"),
        ("02/26/2018 7:58 PM", "2018-02-26T19:58:00+00:00"),
        ("12/26/2018, 12:05 AM", "2018-12-26T00:05:00+00:00"),
        ("26 Feb 2018", "2018-02-26T00:00:00+00:00"),
        ("26-Feb-2018", "2018-02-26T00:00:00+00:00"),
        ("Feb 26, 2018", "2018-02-26T00:00:00+00:00"),
        ("26. März 2018", "2018-03-26T00:00:00+00:00"),
        ("26 février 2018 09:10", "2018-02-26T09:10:00+00:00"),
        ("26 de octubre de 2018", "2018-10-26T00:00:00+00:00"),
        ("1519675134", "2018-02-26T19:58:54+00:00"),
        ("1519675134250", "2018-02-26T19:58:54.250000+00:00"),
    ],
)
def test_dates_are_read_as_people_write_them(text: str, means: str) -> None:
    assert moments(text) == [means]


def test_a_whole_column_decides_what_one_date_leaves_open() -> None:
    assert moments("03/04/2018", "25/04/2018")[0].startswith("2018-04-03")
    assert moments("03/04/2018", "04/25/2018")[0].startswith("2018-03-04")


def test_another_column_can_decide_it_too() -> None:
    reading = read("id,name,created_at,birthday\n1,Ana,03/04/2018,04/25/1990\n")
    assert only(reading).created_at == datetime(2018, 3, 4, tzinfo=UTC)


def test_what_nothing_decides_is_said_and_can_be_told() -> None:
    reading = read("id,name,created_at\n1,Ana,03/04/2018\n")
    assert only(reading).created_at == datetime(2018, 4, 3, tzinfo=UTC)
    assert any("could be day or month first" in note and "--dates mdy" in note for note in reading.notes)
    told = read("id,name,created_at\n1,Ana,03/04/2018\n", dates="mdy")
    assert only(told).created_at == datetime(2018, 3, 4, tzinfo=UTC)
    assert not any("could be" in note for note in told.notes)


@pytest.mark.parametrize("text", ["soon", "2018-13-01", "31/02/2018", "2018-02-26 25:00", "0000-00-00"])
def test_what_is_no_date_is_rejected_with_its_line(text: str) -> None:
    reading = read(f"id,name,created_at\n1,Ana,2018-01-01\n2,Ben,{text}\n")
    assert [row.line for row in reading.rejected] == [3]
    assert reading.rejected[0].why == f"created_at: “{text}” is not a date that can be read."


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("120", 120),
        ("1.234", 1234),
        ("1,234", 1234),
        ("1 234", 1234),
        ("1.234.567", 1234567),
        ("500.0", 500),
        ("51-200", 51),
        ("51 – 200 employees", 51),
        ("1.001-5.000", 1001),
        ("10,001+", 10001),
        ("ca. 50 Mitarbeiter", 50),
        ("<10", 9),
        ("2k", 2000),
        ("many", None),
        ("1" * 30, None),
    ],
)
def test_head_counts_are_read_as_people_write_them(text: str, means: int | None) -> None:
    reading = read(f'id,name,employees\n7,Ana,"{text}"\n')
    assert only(reading).employees == means
    if means is None:
        assert "employees: 1 value can't be read and stay empty (first in line 2)." in reading.notes


def test_ranges_are_said_to_be_read_as_their_lower_bound() -> None:
    assert any("lower bound" in note for note in read('id,employees\n7,"51-200"\n').notes)


def test_scores_come_with_a_part_and_within_bounds() -> None:
    lead = only(read("id,fit score,engagement\n7,72,140\n"))
    assert lead.fit is not None
    assert (lead.fit.value, sum(part.points for part in lead.fit.parts)) == (72, 72)
    assert lead.engagement is None


# --- the other kinds -------------------------------------------------------------------------------------------------


def test_campaigns_are_read_with_money_and_dates() -> None:
    text = (
        "Campaign ID;Campaign Name;Type;Start Date;End Date;Budgeted Cost;Actual Cost;Currency;Why\n"
        "c1;Spring;webinar;01.03.2026;31.05.2026;12.500,00 €;9.800,50;eur;People asked\n"
    )
    assert only(read(text, "campaigns")) == CampaignIn(
        id="c1",
        name="Spring",
        channel="webinar",
        starts_on=date(2026, 3, 1),
        ends_on=date(2026, 5, 31),
        budget=12_500.0,
        spend=9_800.5,
        currency="EUR",
        why="People asked",
    )


@pytest.mark.parametrize(
    ("texts", "means"),
    [
        (["1.234"], [1234.0]),
        (["1.234", "5.50"], [1.234, 5.5]),
        (["1,234.50", "2,000"], [1234.5, 2000.0]),
        (["1.234,50", "2.000"], [1234.5, 2000.0]),
        (["$1,200", "EUR 90"], [1200.0, 90.0]),
        (["12'500", "1 000 000"], [12_500.0, 1_000_000.0]),
    ],
)
def test_a_whole_column_decides_what_a_dot_means(texts: list[str], means: list[float]) -> None:
    rows = "".join(f'c{number},"{text}"\n' for number, text in enumerate(texts))
    reading = read("name,budget\n" + rows, "campaigns")
    assert [row.record.budget for row in reading.rows if isinstance(row.record, CampaignIn)] == means


def test_touches_are_read_and_need_a_lead_a_time_and_a_kind() -> None:
    text = (
        "Lead ID,Activity Date,Activity Type,Subject,Campaign\n"
        "7,2026-03-04 09:15,form,Form: Call me,c1\n8,,form,,\n9,2026-03-04,,,\n,2026-03-04,form,,\n"
    )
    reading = read(text, "touches", source="crm")
    assert only(reading) == TouchIn(
        source="crm",
        source_id="7",
        at=datetime(2026, 3, 4, 9, 15, tzinfo=UTC),
        kind="form",
        title="Form: Call me",
        campaign="c1",
    )
    assert [row.line for row in reading.rejected] == [3, 4, 5]


def test_outcomes_are_won_or_lost_and_open_deals_are_left_out() -> None:
    text = (
        "Lead ID,Deal Stage,Close Date,Amount,Deal Owner\n"
        "1,Closed Won,2026-03-04,1200,Jane Roe\n2,closedlost,2026-03-05,,\n3,Negotiation,,,\n4,Gewonnen,2026-03-06,,\n"
    )
    reading = read(text, "outcomes", source="crm")
    assert [row.record.result for row in reading.rows if isinstance(row.record, OutcomeIn)] == ["won", "lost", "won"]
    assert reading.rows[0].record == OutcomeIn(
        source="crm",
        source_id="1",
        result="won",
        at=datetime(2026, 3, 4, tzinfo=UTC),
        amount=1200.0,
        by="Jane Roe",
    )
    assert reading.rejected == ()
    assert any("1 row left out: neither won nor lost (“Negotiation”)" in note for note in reading.notes)


def test_a_date_alone_in_an_outcome_means_won() -> None:
    outcome = only(read("mql_id,won_date,sr_id\n7,2018-02-26 19:58:54,s1\n", "outcomes"))
    assert (outcome.result, outcome.by) == ("won", "s1")


@pytest.mark.parametrize(
    ("kind", "text", "lacks"),
    [
        ("campaigns", "colour\nred\n", "name or id"),
        ("touches", "lead id,kind\n7,form\n", "No column was recognised as at."),
        ("outcomes", "lead id,colour\n7,red\n", "result or at"),
        ("outcomes", "Record ID,Deal Stage\n7,Closed Won\n", "--map outcome.source_id=COLUMN"),
        ("deals", "id\n7\n", "There is no kind “deals”: choose one of leads, campaigns, touches, outcomes."),
    ],
)
def test_a_kind_that_lacks_what_it_needs_says_so(kind: Any, text: str, lacks: str) -> None:
    with pytest.raises(ImportRefused) as problem:
        read(text, kind)
    assert lacks in problem.value.sentence
