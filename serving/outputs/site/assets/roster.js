/* Search, filters, sorting and downloads over data/roster.js. Without it the page shows the plain table. */
(() => {
  "use strict";
  const { columns, labels, values, grades, as_of_on: asOf, quoted_starts: quotedStarts, rows: arrays } = window.FIREMARK;
  const $ = (id) => document.getElementById(id);
  const isEnglish = () => $("en").checked;
  const both = (pair) => {
    const made = document.createDocumentFragment();
    ["zh", "en"].forEach((lang, index) => {
      const span = document.createElement("i");
      span.lang = lang;
      span.textContent = pair[index];
      made.append(span);
    });
    return made;
  };
  const element = (tag, className, ...inside) => {
    const made = document.createElement(tag);
    if (className) made.className = className;
    made.append(...inside);
    return made;
  };
  const called = (field, value) => (value ? both((values[field] || {})[value] || [value, value]) : "–");

  const fold = (text) => text.normalize("NFKC").replace(/\s+/g, "").toUpperCase();
  const rows = arrays.map((array, index) => {
    const row = Object.fromEntries(columns.map((name, column) => [name, array[column]]));
    row.place = index;
    row.haystack = ["agency_id", "agency_name", "former_names", "initials"].map((name) => fold(row[name] || "")).join("\n");
    return row;
  });

  const gradeClass = (state) => {
    const place = grades.indexOf(state);
    if (place < 0) return "s";
    return "g" + (place === grades.length - 1 ? 4 : Math.min(place + 1, 3));
  };
  const mark = (state) => element("b", "m " + gradeClass(state), values.state[state] ? both(values.state[state]) : state);
  const TAGS = ["is_provisional", "is_evidence_incomplete"];
  const tag = (name) => element("em", "tag", both(labels[name]));
  const gradeCell = (cell) => {
    const row = cell.getData();
    const made = element("span", "", mark(row.state));
    if (row.state === "suspended" && row.grade) made.append(" ", mark(row.grade));
    return made;
  };
  const narrow = window.matchMedia("(max-width: 700px)"); // a phone
  const tight = window.matchMedia("(max-width: 1120px)"); // a tablet: not wide enough for a column each
  const nameCell = (cell) => {
    const row = cell.getData();
    const link = element("a", "", element("bdi", "", row.agency_name));
    link.href = "agency/" + encodeURIComponent(row.agency_id) + ".html";
    const made = element("div", "who", link, document.createElement("br"), element("code", "", row.agency_id));
    if (tight.matches) {
      const more = element("small", "more", called("service_type", row.service_type), " · ");
      more.append(element("bdi", "", row.registered_region_name || "–"), " · ", called("directory_status", row.directory_status));
      made.append(more);
      for (const name of TAGS) if (row[name]) made.append(tag(name), " ");
    }
    return made;
  };
  const scoreCell = (cell) => {
    const row = cell.getData();
    if (row.score === null) return element("span", "", both(values.state[row.state === "exited" ? "exited" : "unrated"]));
    return element("span", "n", String(row.score).replace("-", "−"));
  };
  const dayCell = (cell) => (cell.getValue() ? element("time", "", cell.getValue()) : "–");
  const wordCell = (cell) => element("span", "", called(cell.getField(), cell.getValue()));
  const textCell = (cell) => element("bdi", "", cell.getValue() || "–");
  const tagCell = (cell) => {
    const made = element("span", "");
    for (const name of TAGS) if (cell.getData()[name]) made.append(tag(name), " ");
    return made;
  };
  const title = (name) => element("span", "", both(labels[name])).outerHTML; // words of the dictionary
  const column = (field, formatter, more) => ({ field, title: title(field), formatter, resizable: false, headerSort: !narrow.matches, ...more });
  const dated = (name, width) => column(name, dayCell, { width, sorter: "string", sorterParams: { alignEmptyValues: "bottom" } });
  const byName = (a, b) => a.localeCompare(b, "zh-CN");
  const definition = () =>
    [
      column("grade", gradeCell, { width: narrow.matches ? 70 : 96, sorter: (a, b, one, other) => one.getData().place - other.getData().place }),
      column("agency_name", nameCell, { minWidth: 190, widthGrow: 4, sorter: byName }),
      column("score", scoreCell, { width: narrow.matches ? 64 : 92, hozAlign: "right", headerHozAlign: "right", sorter: "number", sorterParams: { alignEmptyValues: "bottom" } }),
      ...(narrow.matches ? [] : [dated("since_on", 116)]),
      ...(tight.matches
        ? []
        : [
            column("service_type", wordCell, { minWidth: 116, widthGrow: 1, sorter: "string" }),
            column("registered_region_name", textCell, { width: 104, sorter: byName }),
            column("directory_status", wordCell, { width: 106, sorter: "string" }),
          ]),
      ...(narrow.matches ? [] : [dated("last_checked_on", 124)]),
      ...(tight.matches ? [] : [{ title: title("note"), formatter: tagCell, width: 152, headerSort: false, resizable: false }]),
    ];
  const turned = (zh, en) => ({ zh: { pagination: zh }, en: { pagination: en } });
  for (const id of ["find", "tools", "table", "pages"]) $(id).hidden = false; // a table that is hidden measures nothing
  $("plain").hidden = true;
  const table = new Tabulator($("table"), {
    data: rows,
    columns: definition(),
    index: "agency_id",
    layout: "fitColumns",
    autoResize: false, // it draws anew when it comes into view, and who tabbed into it would lose his place
    pagination: true,
    paginationSize: 50,
    paginationElement: $("pages"), // in the grid its buttons would be cells of no row
    paginationButtonCount: 3,
    columnHeaderSortMulti: false,
    locale: isEnglish() ? "en" : "zh",
    langs: turned(
      { first: "首页", first_title: "首页", last: "末页", last_title: "末页", prev: "上页", prev_title: "上一页", next: "下页", next_title: "下一页", all: "全部", page_title: "页码" },
      { first: "First", first_title: "First page", last: "Last", last_title: "Last page", prev: "Previous", prev_title: "Previous page", next: "Next", next_title: "Next page", all: "All", page_title: "Page" }
    ),
    placeholder: () => element("p", "", both(["没有符合条件的机构", "No agency matches"])),
  });

  const chosen = () => [...document.querySelectorAll("#find select[data-field]")].filter((one) => one.value);
  let timer;
  const filter = () => {
    const typed = fold($("q").value);
    const picked = chosen().map((one) => [one.dataset.field === "grade" ? "state" : one.dataset.field, one.value]);
    table.setFilter((row) => row.haystack.includes(typed) && picked.every(([field, value]) => row[field] === value));
  };
  const say = () => {
    const count = table.getDataCount("active");
    $("count").replaceChildren(both([`列出 ${count} 家，共 ${rows.length} 家`, `${count} of ${rows.length} agencies`]));
  };
  const sort = () => {
    const [field, direction] = $("sort").value.split(":");
    if (field) table.setSort(field, direction);
    else table.setSort("grade", "asc");
  };
  table.on("tableBuilt", () => {
    table.setLocale(isEnglish() ? "en" : "zh");
    $("table").querySelector(".tabulator-tableholder").removeAttribute("tabindex"); // nothing scrolls in it
    document.addEventListener("firemark-language", (event) => {
      table.setLocale(event.detail);
      table.redraw(true); // texts of another length make rows of another height
    });
    say();
  });
  table.on("dataFiltered", () => setTimeout(say));
  $("q").addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(filter, 80);
  });
  for (const one of document.querySelectorAll("#find select[data-field]")) one.addEventListener("change", filter);
  $("sort").addEventListener("change", sort);
  $("find").addEventListener("submit", (event) => event.preventDefault());
  $("find").addEventListener("reset", () => setTimeout(() => (filter(), sort())));
  window.addEventListener("resize", () => table.redraw());
  for (const one of [narrow, tight]) one.addEventListener("change", () => table.setColumns(definition()));

  /* The rows shown as files; a cell that a spreadsheet would take for a formula begins with ' (as everywhere). */
  const FILE_COLUMNS = columns.filter((name) => !["initials", "grade"].includes(name));
  const named = (name) => (name === "state" ? "grade" : name);
  const plain = (row, name) => (name.startsWith("is_") ? Boolean(row[name]) : row[name]);
  const safe = (value) => {
    const text = value === null ? "" : String(value);
    const kept = typeof value === "string" && text && quotedStarts.includes(text[0]) ? "'" + text : text;
    return /[",\r\n]/.test(kept) ? '"' + kept.replaceAll('"', '""') + '"' : kept;
  };
  const save = (text, type, ending) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type }));
    link.download = "roster-" + asOf + "." + ending;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };
  $("csv").addEventListener("click", () => {
    const lines = table.getData("active").map((row) => FILE_COLUMNS.map((name) => safe(plain(row, name))).join(","));
    save("\ufeff" + [FILE_COLUMNS.map(named).join(","), ...lines, ""].join("\n"), "text/csv;charset=utf-8", "csv");
  });
  $("json").addEventListener("click", () => {
    const shown = table.getData("active").map((row) => Object.fromEntries(FILE_COLUMNS.map((name) => [named(name), plain(row, name)])));
    save(JSON.stringify(shown, null, 2) + "\n", "application/json", "json");
  });
})();
