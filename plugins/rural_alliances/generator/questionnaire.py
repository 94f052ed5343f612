"""The survey as its files hold it: columns, codes and value labels of each instrument."""

import numpy as np
import pandas as pd

# Canonical name -> raw column, in the order of the questionnaire.
HOUSEHOLD = {
    "id": "folio",
    "group": "grupo",
    "region": "region",
    "area": "zona",
    "treated": "beneficiario",
    "product_group": "rubro",
    "woman": "sexo",
    "indigenous": "indigena",
    "age": "edad",
    "schooling": "escolaridad",
    "household_size": "miembros",
    "land": "tierra",
    "distance": "distancia",
    "livestock": "ganado",
    "organisation_years": "antiguedad",
    "technical_assistance": "asistencia",
    "storage": "acopio",
    "purchase": "compra",
    "negotiation": "negociacion",
    "recalled_income": "ingreso_antes",
    "recall_year": "anio_antes",
    "labour_income": "ingreso_laboral",
    "other_income": "otros_ingresos",
    "wage_days": "jornales",
    "family_days": "dias_familia",
    "area_before": "sup_antes",
    "area_now": "sup_ahora",
}
PRODUCT = {
    "id": "folio",
    "product": "producto",
    "alliance": "alianza",
    "first_quantity": "cant_primera",
    "first_price": "precio_primera",
    "second_quantity": "cant_segunda",
    "second_price": "precio_segunda",
    "eaten_quantity": "cant_consumo",
    "cash_costs": "costo",
}
CURRENCY = "moneda"
FOLLOWUP = {
    "id": "folio",
    "group": "grupo",
    "treated": "beneficiario",
    "first_treated": "anio_fondos",
    "status": "estado_alianza",
    "net_income": "ingreso_neto",
}
YES_NO = {1: "Sí", 0: "No"}
SEX = {1: "Mujer", 0: "Hombre"}
ZONE = {"rural": "Rural", "urban": "Urbana"}
PRODUCTS = {
    "beef": "Carne",
    "milk": "Leche",
    "honey": "Miel",
    "coffee": "Café",
    "cocoa": "Cacao",
    "other": "Otro",
    "maize": "Maíz",
    "soybean": "Soya",
    "potato": "Papa",
    "peach": "Durazno",
    "onion": "Cebolla",
    "peanut": "Maní",
}
STATUS = {"same": "Mismo comprador", "new": "Otro comprador", "spot": "Mercado", "none": ""}
_GROUPS = ["beef", "milk", "honey", "coffee", "cocoa", "other"]
_YES_NO = ["treated", "indigenous", "technical_assistance", "storage", "purchase", "negotiation"]
# Stata's numeric codes: 1 and 2, as questionnaires print them.
VALUE_LABELS = {
    **{HOUSEHOLD[name]: {1: "Sí", 2: "No"} for name in _YES_NO},
    "sexo": {1: "Hombre", 2: "Mujer"},
    "zona": {1: "Rural", 2: "Urbana"},
    "rubro": {code: PRODUCTS[name] for code, name in enumerate(_GROUPS, start=1)},
}


def household_rows(producers: pd.DataFrame) -> pd.DataFrame:
    """Return the household questionnaire in words.

    Parameters
    ----------
    producers : DataFrame
        As `draw.Draw` holds them.

    Returns
    -------
    DataFrame
        Raw columns; answers to closed questions as text.
    """
    answers: dict[str, dict[int, str] | dict[str, str]] = {
        **dict.fromkeys(_YES_NO, YES_NO),
        "woman": SEX,
        "area": ZONE,
        "product_group": PRODUCTS,
    }
    columns = {
        raw: producers[name].map(answers[name]).astype(object)
        if name in answers
        else producers[name]
        for name, raw in HOUSEHOLD.items()
    }
    return pd.DataFrame(columns)


def coded(households: pd.DataFrame) -> pd.DataFrame:
    """Return household rows with the codes of `VALUE_LABELS` for their words."""
    codes = {
        name: households[name].map({word: code for code, word in labels.items()})
        for name, labels in VALUE_LABELS.items()
    }
    return households.assign(**codes)


def product_rows(products: pd.DataFrame) -> pd.DataFrame:
    """Return the product sheet: one line a producer and product, amounts in bolivianos.

    A product that is not graded has a first-grade quantity of nil, and no price for it.
    """
    filled = products.assign(
        product=products["product"].map(PRODUCTS),
        alliance=products["alliance"].map(YES_NO),
        first_price=products["first_price"].mask(products["first_quantity"] == 0, np.nan),
    )
    return filled.rename(columns=PRODUCT)[list(PRODUCT.values())].assign(**{CURRENCY: "Bs"})


def followup_rows(followup: pd.DataFrame) -> pd.DataFrame:
    """Return the follow-up questionnaire in words; 0 for funds that have not come."""
    filled = followup.assign(
        treated=followup["treated"].map(YES_NO),
        status=followup["status"].map(STATUS),
    )
    return filled.rename(columns=FOLLOWUP)[list(FOLLOWUP.values())]
