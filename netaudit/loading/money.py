"""Revenue in whole smallest units of one currency."""

from __future__ import annotations

from decimal import ROUND_HALF_UP
from typing import TYPE_CHECKING

from netaudit.book import digits_of
from netaudit.engine import quoted
from netaudit.errors import shown
from netaudit.loading.schema import TABLES

if TYPE_CHECKING:
    from netaudit.engine import Engine
    from netaudit.loading.settings import Settings
    from netaudit.loading.typed import Typist


LARGEST = 9 * 10**18
"""Units that still fit the engine's whole numbers."""


class Money:
    """Brings revenue to whole smallest units of one currency."""

    def __init__(self, engine: Engine, typist: Typist, settings: Settings) -> None:
        self.engine = engine
        self.typist = typist
        self.rates = settings.rates
        self.currency = settings.currency
        self.weighted_by = "revenue"

    def in_units(self, customers: str) -> str:
        """The customers with `revenue` as whole units; what is in another currency by its rate, rounded half up."""
        query = (
            f"SELECT DISTINCT currency FROM {customers} WHERE revenue IS NOT NULL AND currency IS NOT NULL ORDER BY 1"
        )
        used = [code for (code,) in self.engine.ask(query)]
        if self.currency is None and len(used) == 1:
            self.currency = used[0]
        foreign = [code for code in used if code != self.currency]
        for code in foreign:
            if code not in self.rates:
                message = f"{shown(code)} beside {shown(self.currency or 'other currencies')}"
                self._reject(customers, "currency = ?", [code], "V007", message, f"declare rates: {{{code}: …}}")
        others = ", ".join(quoted(name) for name in TABLES["customers"] if name not in {"revenue", "currency"})
        units = f"CAST(round(c.revenue * {10 ** digits_of(self.currency)}, 0) AS BIGINT)"  # half up
        join = ""
        if foreign:
            exchanged = self._exchanged(customers, [code for code in foreign if code in self.rates])
            units = f"CASE WHEN x.units IS NOT NULL THEN x.units ELSE {units} END"
            join = f"LEFT JOIN {exchanged} x ON x.code = c.currency AND x.amount = c.revenue"
        relation = self.engine.new_name()
        self.engine.run(
            f"CREATE TEMP TABLE {relation} AS SELECT {others}, currency, {units} AS revenue, _file, _row "
            f"FROM {customers} c {join}"
        )
        if not self.engine.ask(f"SELECT 1 FROM {relation} WHERE revenue IS NOT NULL LIMIT 1"):
            self.weighted_by = "count"
        return relation

    def _exchanged(self, customers: str, codes: list[str]) -> str:
        """A table of what each distinct foreign amount is in units of the book's currency."""
        rows: list[tuple[str, str, int]] = []
        for code in codes:
            query = f"SELECT DISTINCT revenue FROM {customers} WHERE currency = ? AND revenue IS NOT NULL"
            for (amount,) in self.engine.ask(query, [code]):
                units = (amount * self.rates[code]).scaleb(digits_of(self.currency)).to_integral_value(ROUND_HALF_UP)
                if units <= LARGEST:
                    rows.append((code, str(amount), int(units)))
                else:
                    message = f"{shown(amount)} {code} is too large an amount"
                    self._reject(customers, "currency = ? AND revenue = ?", [code, amount], "V001", message, None)
        shape = {"code": "VARCHAR", "amount": TABLES["customers"]["revenue"].type.sql, "units": "BIGINT"}
        return self.engine.table(shape, dict(zip(shape, zip(*rows, strict=True), strict=True)) if rows else {})

    def _reject(
        self, customers: str, test: str, values: list[object], code: str, message: str, hint: str | None
    ) -> None:
        query = f"SELECT _file, _row FROM {customers} WHERE {test} AND revenue IS NOT NULL ORDER BY 1, 2"
        for file, row in self.engine.ask(query, values):
            column = "currency" if code == "V007" else "revenue"
            self.typist.reject(self.typist.tallies[file], code, f"customers: {message}", hint, (row, column))
