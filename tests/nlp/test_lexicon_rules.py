# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a row of the lexicon may say: sources, reasons, ids that collapse, words with a meaning of their own."""

from __future__ import annotations

import csv
import json
import shutil

import pytest

from nlp.lexicon.loading import CURATED, SUBSTANCE_CLASSES, load_lexicon, shipped_lexicon
from nlp.lines.answering import read_lines
from nlp.text.normalizing import normalize
from vestigo.errors import ConfigurationError
from vestigo.places import config_root

FOLDER = config_root() / "lexicon"


def _named(title, **more):
    answer = next(iter(read_lines([json.dumps({"title": title, **more})])))
    return {row["id"]: row["status"] for row in answer["substances"]}


def _schedule_row(folder, row):
    path = folder / "schedules.csv"
    path.write_text(path.read_text("utf-8") + row + "\n", "utf-8")


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("ketamine,1971,II,a list,", "E-NLP-003"),
        ("ketamine,1971,II,a list,rumour", "E-NLP-003"),
        ("ketamine,1971,V,a list,green36", "E-NLP-002"),
        ("ketamine,1971,table_I,a list,green36", "E-NLP-002"),
        ("ketamine,1972,II,a list,green36", "E-NLP-002"),
        ("ketamine,1971,,a list,green36", "E-NLP-002"),
        ("ketamine,1971,II,,green36", "E-NLP-002"),
        ("no_such,1971,II,a list,green36", "E-NLP-003"),
    ],
)
def test_a_schedule_row_without_source_edition_or_entry_is_refused(tmp_path, row, code):
    folder = shutil.copytree(FOLDER, tmp_path / "lexicon")
    _schedule_row(folder, row)
    with pytest.raises(ConfigurationError) as error:
        load_lexicon(folder)
    assert error.value.code == code


def test_a_substance_is_drug_precursor_or_medicine(tmp_path):
    folder = shutil.copytree(FOLDER, tmp_path / "lexicon")
    path = folder / "substances.csv"
    path.write_text(path.read_text("utf-8") + "snow,snow,,loose,weather\n", "utf-8")
    with pytest.raises(ConfigurationError) as error:
        load_lexicon(folder)
    assert error.value.code == "E-NLP-002"
    assert {s.goods_class for s in shipped_lexicon().substances.values()} == set(SUBSTANCE_CLASSES)


def test_every_term_of_our_own_says_why_and_every_other_cites_a_source():
    lexicon = shipped_lexicon()
    for term in lexicon.terms:
        assert (term.source == CURATED) == bool(term.reason), term
        assert len(term.reason) != 1, term
        assert lexicon.sources[term.source]["licence"]


def test_every_substance_is_named_by_a_term():
    lexicon = shipped_lexicon()
    named = {term.substance for term in lexicon.terms}
    assert set(lexicon.substances) - named == set()


@pytest.mark.parametrize(
    ("title", "substance"),
    [
        ("1 g crack", "cocaine"),
        ("1 g pasta base", "coca_paste"),
        ("1 g basuco", "coca_paste"),
        ("5 g pollen hash", "cannabis_resin"),
        ("1 g ice-o-lator", "cannabis_resin"),
        ("1 g BHO", "cannabis_concentrate"),
        ("1 g shatter", "cannabis_concentrate"),
        ("1 g speed", "amphetamine"),
        ("Adderall 20mg x 10", "amphetamine"),
        ("dexamfetamine 5mg x 10", "amphetamine"),
        ("levamfetamine 1 g", "amphetamine"),
        ("1 g esketamine", "ketamine"),
        ("1 g S-ketamine", "ketamine"),
        ("10 ml testosterone enanthate", "testosterone"),
        ("10 ml nandrolone decanoate", "nandrolone"),
        ("5 g psilocybin mushrooms", "psilocybin"),
        ("1 g tusi", "tusi"),
        ("1 L BMK", "p2p"),
        ("1 L P2P", "p2p"),
        ("1 L P-2-P", "p2p"),
        ("1 kg PMK ethyl glycidate", "pmk_ethyl_glycidate"),
        ("1 kg BMK glycidate", "bmk_glycidate"),
        ("1 kg PMK glycidate", "pmk_glycidate"),
        ("1 L lança-perfume", "ethyl_chloride"),
        ("armodafinil 150mg x 10", "modafinil"),
        ("dexmethylphenidate 10mg x 10", "methylphenidate"),
        ("1 g levmetamfetamine", "methamphetamine"),
        ("escitalopram 10mg x 28", "citalopram"),
    ],
)
def test_salts_esters_isomers_and_forms_stand_under_their_parent(title, substance):
    assert _named(title) == {substance: "stated"}


def test_no_id_stands_for_what_belongs_to_another():
    forbidden = {
        "crack", "hash", "hashish", "pollen", "bho", "shatter", "wax", "bazuco", "pasta_base", "speed", "adderall",
        "mushrooms", "truffles", "poppers", "pink_cocaine", "bmk", "dexamphetamine", "dexamfetamine", "esketamine",
        "arketamine", "armodafinil", "eszopiclone", "escitalopram", "dexmethylphenidate", "levomethadone", "ecstasy",
        "testosterone_enanthate", "nandrolone_decanoate", "delta_8_thc", "delta_9_thc", "4_mmc", "meth",
    }  # fmt: skip
    assert not forbidden & set(shipped_lexicon().substances)


@pytest.mark.parametrize(
    ("written", "substance"),
    [
        ("2-CB", "2c_b"), ("2 CB", "2c_b"), ("2cb", "2c_b"), ("2C-B", "2c_b"), ("2-C-B", "2c_b"),
        ("3 MMC", "3_mmc"), ("3mmc", "3_mmc"), ("3-mmc", "3_mmc"), ("4-MEC", "4_mec"),
        ("a-PVP", "alpha_pvp"), ("A-PVP", "alpha_pvp"), ("aPVP", "alpha_pvp"), ("α-PVP", "alpha_pvp"),
        ("αPVP", "alpha_pvp"), ("alpha PVP", "alpha_pvp"), ("alphaPVP", "alpha_pvp"),
        ("α-PHP", "alpha_php"), ("a-PiHP", "alpha_pihp"), ("alpha-PiHP", "alpha_pihp"),
        ("4-CMC", "4_cmc"), ("clephedrone", "4_cmc"), ("3 CMC", "3_cmc"), ("mephedrone", "mephedrone"),
        ("4-MMC", "mephedrone"), ("MDPHP", "mdphp"), ("2-FDCK", "2_fdck"), ("2FDCK", "2_fdck"),
        ("3-HO-PCP", "3_ho_pcp"), ("3hopcp", "3_ho_pcp"), ("3-MeO-PCP", "3_meo_pcp"), ("O-PCE", "o_pce"),
        ("O-DSMT", "o_dsmt"), ("1cP-LSD", "1cp_lsd"), ("1P LSD", "1p_lsd"), ("1V-LSD", "1v_lsd"),
        ("4-AcO-DMT", "4_aco_dmt"), ("4acodmt", "4_aco_dmt"), ("4 AcO DMT", "4_aco_dmt"),
        ("5-MeO-MiPT", "5_meo_mipt"), ("bromazolam", "bromazolam"), ("flubromazolam", "flubromazolam"),
        ("metonitazene", "metonitazene"), ("protonitazene", "protonitazene"), ("isotonitazene", "isotonitazene"),
        ("N-desethyl-isotonitazene", "n_desethyl_isotonitazene"), ("etonitazepyne", "etonitazepyne"),
        ("N-pyrrolidino protonitazene", "n_pyrrolidino_protonitazene"), ("etazene", "etodesnitazene"),
        ("cyclopentyl fentanyl", "cyclopentylfentanyl"), ("ortho-fluorofentanyl", "orthofluorofentanyl"),
        ("meta-fluorofentanyl", "meta_fluorofentanyl"), ("JWH 250", "jwh_250"), ("5F-ADB", "5f_adb"),
        ("MDMB-4en-PINACA", "mdmb_4en_pinaca"), ("25I-NBOH", "25i_nboh"), ("2C-B-FLY", "2c_b_fly"),
        ("HHC", "hhc"), ("THCP", "thcp"), ("bk-MDMA", "methylone"), ("bk-2C-B", "bk_2c_b"), ("hexen", "hexen"),
    ],
)  # fmt: skip
def test_codes_are_found_as_sellers_write_them(written, substance):
    assert _named(f"5 g {written}") == {substance: "stated"}


@pytest.mark.parametrize(
    "name",
    [
        "sildenafil", "tadalafil", "pregabalin", "gabapentin", "tramadol", "modafinil", "quetiapine", "semaglutide",
        "testosterone", "nandrolone", "trenbolone", "boldenone", "drostanolone", "oxandrolone", "metandienone",
        "stanozolol", "oxymetholone", "anastrozole", "tamoxifen", "clenbuterol", "somatropin", "ketamine",
        "cyclopentylfentanyl", "flunitrazolam", "deschloroketamine",
    ],
)  # fmt: skip
def test_not_under_the_conventions_is_an_answer_that_names_the_editions(name):
    answer = next(iter(read_lines([json.dumps({"title": f"1 g {name}"})])))
    (found,) = answer["substances"]
    assert found["id"] == name
    (schedule,) = found["schedules"]
    assert (schedule["convention"], schedule["schedule"]) == ("none", None)
    for edition in ("Yellow List 64th", "Green List 36th", "Red List 23rd"):
        assert edition in schedule["state"]


@pytest.mark.parametrize(
    ("title", "substance"),
    [
        ("Rivotril 2mg x 30", "clonazepam"), ("Ritalina 10 mg x 20", "methylphenidate"),
        ("Venvanse 70 mg x 28", "lisdexamfetamine"), ("Concerta 36mg x 10", "methylphenidate"),
        ("Stilnox 10mg x 20", "zolpidem"), ("Lexomil 6mg x 30", "bromazepam"), ("Seresta 50 mg x 20", "oxazepam"),
        ("Tavor 2,5mg x 50", "lorazepam"), ("Trankimazin 2mg x 30", "alprazolam"), ("Orfidal 1mg x 50", "lorazepam"),
        ("Subutex 8mg x 7", "buprenorphine"), ("Suboxone 8mg x 10", "buprenorphine"),
        ("Temgesic 0,2mg x 20", "buprenorphine"), ("Oxycontin 80mg x 10", "oxycodone"),
        ("Durogesic 100 x 5", "fentanyl"), ("Tramal 50mg x 20", "tramadol"), ("Contramal 100mg x 30", "tramadol"),
        ("Adolonta 50mg x 60", "tramadol"), ("Dormonid 15mg x 30", "midazolam"), ("Lyrica 300mg x 56", "pregabalin"),
        ("Lorax 2mg x 20", "lorazepam"), ("Frontal 1mg x 30", "alprazolam"), ("Rohypnol 2mg x 10", "flunitrazepam"),
        ("Elvanse 30mg x 28", "lisdexamfetamine"), ("Kamagra 100mg x 4", "sildenafil"),
        ("Deca-Durabolin 2 ml", "nandrolone"), ("Ozempic 1mg", "semaglutide"),
    ],
)  # fmt: skip
def test_a_medicine_brand_of_one_substance_names_it(title, substance):
    assert _named(title) == {substance: "stated"}


# Ordinary words of the six languages that mean a substance only beside an offer.
ORDINARY = (
    "ice", "glass", "snow", "blow", "acid", "bars", "crystal", "tina", "tren", "deca", "primo", "clen", "soma", "sonata",
    "frontal", "vigil", "hexen", "krokodil", "amanda", "versed", "mapa", "indica", "somit", "lorax", "creepy", "crispy",
    "faso", "baseado", "taz", "tik", "pilze", "spice", "salvia", "datura", "insulin", "paracetamol", "2fa", "soma",
)  # fmt: skip


def test_an_ordinary_word_needs_its_context():
    strong = {
        normalize(term.term).normal
        for term in shipped_lexicon().terms
        if term.ambiguity == "strong"
    }
    assert not strong & (set(ORDINARY) - {"lorax"})


@pytest.mark.parametrize(
    "text",
    [
        "2FA enabled on all accounts", "a PHP shell for 10 servers", "the a PvP account, level 60", "Insulin pump with 100 needles",
        "Mapa de la ciudad", "según indica el fabricante", "Somit ist alles klar", "well versed in the trade",
        "Amanda answers within 24 hours", "Hexen und Zauberer, Hörbuch", "una vista frontal de la casa",
    ],
)  # fmt: skip
def test_an_ordinary_sentence_names_no_substance(text):
    assert _named("Market news", description=text) == {}


def test_the_rows_of_a_file_are_in_order():
    """A change of one row is a change of one line."""
    for path in (
        FOLDER / "terms.csv",
        *FOLDER.glob("terms.names.*.csv"),
        FOLDER / "terms.brands.csv",
    ):
        with path.open(encoding="utf-8", newline="") as handle:
            keys = [
                (r["term"].casefold(), r["language"], r["substance"])
                for r in csv.DictReader(handle)
            ]
        assert keys == sorted(keys)
