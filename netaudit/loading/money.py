"""Revenue in whole smallest units of one currency."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from netaudit.book import digits_of
from netaudit.engine import literal, quoted
from netaudit.errors import shown
from netaudit.loading.schema import TABLES

if TYPE_CHECKING:
    from netaudit.engine import Engine
    from netaudit.loading.settings import Settings
    from netaudit.loading.typed import Typist


class Money:
    """Brings revenue to whole smallest units of one currency."""

    def __init__(self, engine: Engine, typist: Typist, settings: Settings) -> None:
        self.engine = engine
        self.typist = typist
        self.settings = settings
        self.currency = settings.currency
        self.weighted_by = "revenue"

    def in_units(self, customers: str) -> str:
        """The customers with `revenue` as whole units."""
        used = [
            code
            for (code,) in self.engine.ask(
                f"SELECT DISTINCT currency FROM {customers} WHERE revenue IS NOT NULL ORDER BY 1"
            )
            if code is not None
        ]
        if self.currency is None and len(used) == 1:
            self.currency = used[0]
        factor = 10 ** digits_of(self.currency)
        rates: dict[str, Any] = {code: rate * factor for code, rate in self.settings.rates.items()}
        if self.currency is not None:
            rates[self.currency] = factor
        for code in used:
            if code not in rates:
                self._reject(customers, code)
        cases = " ".join(
            f"WHEN {literal(code)} THEN CAST('{round(rate, 6)}' AS DECIMAL(14,6))" for code, rate in rates.items()
        )
        factor_of = (
            f"CASE currency {cases} ELSE CAST({factor} AS DECIMAL(14,6)) END"
            if cases
            else f"CAST({factor} AS DECIMAL(14,6))"
        )
        relation = self.engine.new_name()
        others = ", ".join(quoted(name) for name in TABLES["customers"] if name not in {"revenue", "currency"})
        self.engine.run(
            f"CREATE TEMP TABLE {relation} AS SELECT {others}, currency, "
            f"CAST(round(revenue * ({factor_of})) AS BIGINT) AS revenue, _file, _row FROM {customers}"
        )
        if not self.engine.ask(f"SELECT 1 FROM {relation} WHERE revenue IS NOT NULL LIMIT 1"):
            self.weighted_by = "count"
        return relation

    def _reject(self, customers: str, code: str) -> None:
        other = self.currency or "other currencies"
        for file, row in self.engine.ask(
            f"SELECT _file, _row FROM {customers} WHERE currency = ? AND revenue IS NOT NULL ORDER BY 1, 2", [code]
        ):
            message = f"customers: {shown(code)} beside {shown(other)}"
            hint = f"declare rates: {{{code}: …}}"
            self.typist.reject(self.typist.tallies[file], "V007", message, hint, (row, "currency"))
