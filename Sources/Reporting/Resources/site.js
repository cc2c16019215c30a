// Tables are sorted by a click on the title of a column. Everything else works without a script.
(() => {
  "use strict";
  const key = (row, column) => {
    const cell = row.cells[column];
    if (!cell) return "";
    const order = cell.dataset.order ?? cell.textContent.trim();
    return order !== "" && isFinite(order) ? Number(order) : order;
  };
  // Numbers come before words, and nothing comes last in either direction.
  const compare = (a, b, sign) => {
    const isEmpty = (x) => x === "" || x === "–";
    if (isEmpty(a) || isEmpty(b)) return isEmpty(a) - isEmpty(b);
    if (typeof a !== typeof b) return typeof a === "number" ? -1 : 1;
    return sign * (typeof a === "number" ? a - b : a.localeCompare(b, "en", { numeric: true }));
  };
  for (const table of document.querySelectorAll("table.sortable")) {
    const titles = [...table.tHead.rows[0].cells], body = table.tBodies[0];
    if (body.rows.length < 2) continue;
    titles.forEach((title, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...title.childNodes);
      title.append(button);
      button.addEventListener("click", () => {
        const isUp = title.getAttribute("aria-sort") !== "ascending";
        titles.forEach((other) => other.removeAttribute("aria-sort"));
        title.setAttribute("aria-sort", isUp ? "ascending" : "descending");
        const rows = [...body.rows].map((row) => [key(row, column), row]);
        rows.sort(([a], [b]) => compare(a, b, isUp ? 1 : -1));
        body.append(...rows.map(([, row]) => row));
      });
    });
  }
})();
