"""Which column of a file holds which field: by the names other systems give them, or as the user says."""

import unicodedata
from collections.abc import Sequence
from typing import Literal, NamedTuple

from api.importing.problems import ImportRefused, listing

Kind = Literal["leads", "campaigns", "touches", "outcomes"]
KINDS: tuple[Kind, ...] = ("leads", "campaigns", "touches", "outcomes")

_LEAD_ID = "sourceid leadid mqlid contactid contactrecordid externalid idlead idcontact iddolead leadnummer personid"
_EMAIL = (
    "email emailaddress mail workemail businessemail companyemail personemail emailwork emailfrom personemailwork "
    "emailadresse mailadresse adressemail courriel adresseelectronique adresseemail correo correoelectronico "
    "direcciondecorreo emailprofissional enderecodeemail"
)
_CAMPAIGN = (
    "campaign campaignid campaignname utmcampaign landingpageid primarycampaign lastcampaign kampagne kampagnenname "
    "campagne nomdelacampagne campana nombredelacampana campanha nomedacampanha"
)
_URL = "url link recordurl leadurl lien enlace"
_CHANNEL = "channel medium utmmedium type campaigntype kanal canal canale"

_SPELLED: dict[Kind, dict[str, str]] = {
    "leads": {
        "source_id": _LEAD_ID + " recordid recordidcontact hsobjectid id",
        "source": "sourcesystem",
        "created_at": (
            "createdat createdate createddate createdon created creationdate leadcreated leadcreatedon leadleadcreated "
            "dateadded addtime leadaddtime firstcontactdate handedat handoffdate mqldate date "
            "becameamarketingqualifiedleaddate "
            "erstelltam erstellungsdatum angelegtam erstellt datedecreation creele datecreation fechadecreacion "
            "creadoel fecha datadecriacao criadoem data datum"
        ),
        "name": (
            "name fullname contactname leadname personname contact contactperson person vollstandigername "
            "ansprechpartner kontakt kontaktname nomcomplet nomducontact nombrecompleto nombredelcontacto nomecompleto "
            "nomedocontato contato contacto"
        ),
        "first_name": "firstname givenname forename vorname prenom nombre nome primeironome",
        "last_name": "lastname surname familyname nachname familienname nom nomdefamille apellido apellidos sobrenome",
        "title": (
            "title jobtitle position jobposition function funktion role persontitle berufsbezeichnung "
            "stellenbezeichnung jobtitel poste fonction intituledeposte cargo puesto titulo"
        ),
        "email": _EMAIL,
        "phone": (
            "phone phonenumber telephone tel workphone businessphone mobile mobilephone mobilephonenumber cell "
            "personphonework personphone telefon telefonnummer mobil handy mobiltelefon numerodetelephone portable "
            "telefono numerodetelefono movil telefone celular"
        ),
        "country": "country countryregion personcountry land pays pais countrycode",
        "company": (
            "company companyname companyaccount account accountname organization organisation "
            "organizationname organisationname associatedcompany employer firma unternehmen unternehmensname "
            "firmenname entreprise societe "
            "nomdelentreprise nomdelasociete empresa nombredelaempresa nomedaempresa"
        ),
        "website": "website websiteurl companywebsite companydomain companydomainname webseite internetseite siteweb "
        "siteinternet sitioweb paginaweb site",
        "industry": "industry sector companyindustry branche secteur secteurdactivite industria setor segmento",
        "employees": (
            "employees numberofemployees noofemployees employeecount numemployees companysize size headcount "
            "mitarbeiter mitarbeiterzahl anzahlmitarbeiter anzahldermitarbeiter unternehmensgrosse effectif "
            "nombredesalaries nombredemployes empleados numerodeempleados funcionarios numerodefuncionarios"
        ),
        "company_country": "companycountry companycountryregion billingcountry accountcountry organizationcountry",
        "campaign": _CAMPAIGN,
        "origin": (
            "origin source leadsource originalsource originaltrafficsource latestsource utmsource channel leadorigin "
            "sourceoriginid quelle leadquelle herkunft origine sourcedulead origen fuente origem fonte"
        ),
        "message": (
            "message comments comment notes description formmessage enquiry inquiry nachricht kommentar bemerkung "
            "commentaire commentaires mensaje comentarios mensagem"
        ),
        "url": _URL,
        "fit": "fit fitscore",
        "engagement": "engagement engagementscore",
        "owner": "owner contactowner leadowner recordowner salesperson assignedto leadownername",
    },
    "campaigns": {
        "id": "id campaignid campaigncode code externalid recordid",
        "name": "name campaignname campaign title kampagne kampagnenname nomdelacampagne campagne campana campanha",
        "channel": _CHANNEL,
        "starts_on": "startson startdate starts start from beginn startdatum datededebut fechadeinicio datadeinicio",
        "ends_on": "endson enddate ends end until to ende enddatum datedefin fechadefin datafinal datadetermino",
        "budget": "budget budgetedcost budgetedcostincampaign plannedcost budgettotal presupuesto orcamento",
        "spend": "spend actualcost actualcostincampaign spent cost amountspent ausgaben kosten depenses gasto custo",
        "currency": "currency currencyisocode wahrung devise moneda moeda",
        "why": "why purpose goal objective description zweck ziel objectif objetivo beschreibung descripcion descricao",
        "owner": "owner ownerid campaignowner",
    },
    "touches": {
        "source_id": _LEAD_ID + " recordidcontact",
        "source": "source sourcesystem",
        "id": "id touchid activityid eventid engagementid campaignmemberid",
        "at": (
            "at date time timestamp datetime occurredat happenedat activitydate eventdate createdat createddate "
            "createdate createdon datum zeitpunkt fecha data"
        ),
        "kind": "kind type activitytype eventtype event action activity interaction typ art evenement tipo",
        "channel": "channel medium utmmedium kanal canal",
        "campaign": _CAMPAIGN,
        "asset": "asset assetid content utmcontent pageid",
        "title": "title name subject assetname pagetitle pagename activityname titel betreff sujet titre asunto titulo",
        "words": "words text copy body description wortlaut texte texto",
        "url": "url link pageurl page landingpage",
    },
    "outcomes": {
        "source_id": _LEAD_ID + " associatedcontactids associatedcontactid id",
        "source": "source sourcesystem",
        "result": (
            "result outcome status stage stagename dealstage dealstatus opportunitystage iswon won ergebnis phase "
            "dealphase statut etape resultat etapa estado resultado"
        ),
        "at": (
            "at wondate closedate closeddate wontime closedat closedon closedate1 wonon dateclosed losttime lostdate "
            "abschlussdatum gewonnenam datedecloture fechadecierre datadefechamento date"
        ),
        "amount": "amount value dealvalue dealamount revenue expectedrevenue betrag wert umsatz montant importe valor",
        "by": "by srid owner dealowner opportunityowner closedby salesrep salesperson wonby dealowner1",
    },
}
_COMMON: dict[Kind, dict[str, tuple[str, ...]]] = {
    kind: {field: tuple(names.split()) for field, names in fields.items()} for kind, fields in _SPELLED.items()
}
_WITH_EMAIL: dict[Kind, dict[str, tuple[str, ...]]] = {
    kind: {**fields, "email": tuple(_EMAIL.split())} if kind in ("touches", "outcomes") else fields
    for kind, fields in _COMMON.items()
}
"""Touches and outcomes may name their lead by its address when they carry no id."""


class Binding(NamedTuple):
    """Where each field of a kind is read from."""

    at: dict[str, int]
    """Field → position of its column."""
    explicit: frozenset[str]
    """Fields that the user bound by name."""
    spare: dict[int, str]
    """Columns that look like a field that another column has already."""


def plain(name: str) -> str:
    """Return a column's name without case, accents, spaces and signs, so that “E-Mail Adresse” is “emailadresse”."""
    folded = unicodedata.normalize("NFKD", name.casefold())
    return "".join(sign for sign in folded if sign.isalnum())


def fields_of(kind: Kind) -> tuple[str, ...]:
    """Return the names of the fields that a file of this kind can fill."""
    return tuple(_WITH_EMAIL[kind])


def bind(kind: Kind, header: Sequence[str], maps: Sequence[str]) -> Binding:
    """Find each field's column: by `maps` first (``lead.email=E-mail``), then by common names.

    A map with nothing after the sign (``lead.phone=``) leaves that field out.

    Raises:
        ImportRefused: a map is malformed or names a field or column that isn't there, or a name stands twice.
    """
    said = _said(kind, header, maps)
    at = {field: position for field, position in said.items() if position >= 0}
    names = [plain(name) for name in header]
    for field, position in _by_company(kind, names).items():
        if field not in said and position not in at.values():
            at[field] = position
    taken = set(at.values())
    spare: dict[int, str] = {}
    for field, aliases in _WITH_EMAIL[kind].items():
        fitting = sorted(
            (aliases.index(name), position)
            for position, name in enumerate(names)
            if name in aliases and position not in taken
        )
        halves = field in ("first_name", "last_name") and "name" in at
        if field in at or field in said or halves:
            continue
        for rank, (_, position) in enumerate(fitting):
            if rank == 0:
                at[field] = position
                taken.add(position)
            else:
                spare[position] = field
    _refuse_twins(header, at)
    spare = {position: field for position, field in spare.items() if position not in taken}
    return Binding(at, frozenset(said), spare)


def _by_company(kind: Kind, names: Sequence[str]) -> dict[str, int]:
    """Bind names whose meaning depends on the columns beside them."""
    found: dict[str, int] = {}
    if kind == "leads" and {"name", "vorname"} <= set(names) and "nachname" not in names:
        found["last_name"] = names.index("name")
    if kind == "leads" and {"source", "sourceid", "origin"} <= set(names):
        found["source"] = names.index("source")
    return found


def _said(kind: Kind, header: Sequence[str], maps: Sequence[str]) -> dict[str, int]:
    said: dict[str, int] = {}
    for text in maps:
        left, sign, column = text.partition("=")
        if not sign or not left.strip():
            raise ImportRefused(f"“{text}” is not a map: write FIELD=COLUMN, for example lead.email=E-mail.")
        field = _field(kind, left.strip())
        if field in said:
            raise ImportRefused(f"{field} is mapped twice: name one column for it.")
        said[field] = _position(header, column.strip()) if column.strip() else -1
    return said


def _field(kind: Kind, text: str) -> str:
    prefix, dot, name = text.rpartition(".")
    singular = "touch" if kind == "touches" else kind.removesuffix("s")
    if dot and prefix not in (singular, kind):
        raise ImportRefused(f"“{text}”: a file of {kind} has the fields of a {singular}, as in {singular}.{name}.")
    if name not in _WITH_EMAIL[kind]:
        raise ImportRefused(f"There is no field “{name}” in {kind}. The fields are: {listing(fields_of(kind))}.")
    return name


def _position(header: Sequence[str], column: str) -> int:
    exact = [position for position, name in enumerate(header) if name == column]
    loose = [position for position, name in enumerate(header) if plain(name) == plain(column)]
    found = exact or loose
    if not found:
        columns = listing([f"“{name}”" for name in header if name])
        raise ImportRefused(f"The file has no column “{column}”. Its columns are: {columns}.")
    if len(found) > 1:
        _refuse_twin(header[found[0]], found)
    return found[0]


def _refuse_twins(header: Sequence[str], at: dict[str, int]) -> None:
    for position in at.values():
        same = [other for other, name in enumerate(header) if name and name.casefold() == header[position].casefold()]
        if len(same) > 1:
            _refuse_twin(header[position], same)


def _refuse_twin(name: str, positions: list[int]) -> None:
    where = " and ".join(str(position + 1) for position in positions)
    raise ImportRefused(f"The column “{name}” stands more than once (columns {where}): rename all but one in the file.")
