/* The step line of an agency's score, drawn from the page's own table: nothing is written twice. */
(() => {
  "use strict";
  const box = document.getElementById("chart");
  if (!box) return;
  const bands = JSON.parse(box.dataset.bands); // best first
  const DAY = 86400000;
  const text = (element, lang) => {
    const copy = element.cloneNode(true);
    for (const other of copy.querySelectorAll(lang === "en" ? "i:not([lang])" : "[lang=en]")) other.remove();
    return copy.textContent.trim();
  };
  const steps = [...document.querySelectorAll("#steps tbody tr")].map((row) => {
    const [on, score, grade, cause] = row.cells;
    const number = Number(score.textContent.replace("−", "-"));
    return { on: on.textContent.trim(), score: Number.isNaN(number) ? null : number, grade, cause };
  });
  const scores = steps.map((step) => step.score).filter((score) => score !== null);
  const edges = bands.flatMap(([, low, high]) => [low, high]).filter((edge) => edge !== null);
  const low = Math.floor((Math.min(...scores, ...edges) - 8) / 20) * 20;
  const high = Math.ceil((Math.max(...scores, ...edges) + 8) / 20) * 20;
  const first = Date.parse(steps[0].on);
  const last = Date.parse(steps[steps.length - 1].on);
  const end = last + Math.max(21, Math.round((last - first) / DAY / 12)) * DAY;
  const dayOf = (time) => new Date(time).toISOString().slice(0, 10);
  const MAIN = getComputedStyle(document.documentElement).getPropertyValue("--deep").trim();
  const SHADES = ["#e3f1e8", "#e6eff8", "#fdf1dc", "#fae5e6"];
  box.classList.add("drawn");
  const chart = echarts.init(box, null, { renderer: "canvas" });
  /* Which points are labelled: no label covers another, and a change of the grade goes first. */
  const roomy = (texts, isNarrow) => {
    const width = box.clientWidth - (isNarrow ? 58 : 74);
    const left = (step) => ((Date.parse(step.on) - first) / (end - first)) * width;
    const top = (step) => (1 - (step.score - low) / (high - low)) * (box.clientHeight - 48);
    const isTurn = (index) => index === 0 || steps[index].grade.textContent !== steps[index - 1].grade.textContent;
    const order = [...steps.keys()].sort((a, b) => isTurn(b) - isTurn(a) || a - b);
    const placed = new Map();
    for (const index of order) {
      if (steps[index].score === null) continue;
      const wide = [...texts[index]].reduce((sum, letter) => sum + (letter > "\u2e80" ? 13 : 7.5), 6);
      const isLast = left(steps[index]) + wide > width; // no room on its right
      const at = { left: left(steps[index]) - (isLast ? wide : 0), top: top(steps[index]), wide, isLast };
      const isFree = [...placed.values()].every(
        (other) => at.left + at.wide < other.left || other.left + other.wide < at.left || Math.abs(at.top - other.top) > 15
      );
      if (isFree) placed.set(index, at);
    }
    return placed;
  };
  const draw = (lang) => {
    const short = (step) => {
      const strong = step.cause.querySelector("b");
      return text(strong || step.cause, lang);
    };
    const isNarrow = box.clientWidth < 560;
    const said = (step) => {
      const score = String(step.score).replace("-", "−");
      return isNarrow ? score : score + " " + short(step);
    };
    const label = (at) => (at && at.isLast ? { show: true, align: "right", offset: [-5, 3] } : { show: Boolean(at) });
    const labelled = roomy(steps.map(said), isNarrow);
    chart.setOption(
      {
        animation: false,
        textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
        grid: { left: 44, right: isNarrow ? 14 : 30, top: 18, bottom: 30 },
        xAxis: { type: "time", min: first, max: end, axisLabel: { formatter: (value) => (end - first > 240 * DAY ? dayOf(value).slice(0, 7) : dayOf(value)), hideOverlap: true, color: "#536071" }, splitNumber: isNarrow ? 2 : 6 },
        yAxis: { type: "value", min: low, max: high, interval: high - low > 160 ? 40 : 20, axisLabel: { color: "#536071", formatter: (value) => String(value).replace("-", "−") }, splitLine: { show: false } },
        tooltip: {
          trigger: "item",
          renderMode: "richText",
          confine: true,
          formatter: ({ data }) => {
            const step = steps[data.step];
            return step.on + "  " + text(step.grade, lang) + "  " + String(data.value[1]).replace("-", "−") + "\n" + text(step.cause, lang).replaceAll(" · ", "\n");
          },
        },
        series: [
          {
            type: "line",
            step: "end",
            symbolSize: 9,
            symbol: "circle",
            lineStyle: { width: 2.5, color: MAIN },
            itemStyle: { color: MAIN },
            data: [
              ...steps.map((step, index) => ({ value: [Date.parse(step.on), step.score], step: index, label: label(labelled.get(index)) })),
              { value: [end, steps[steps.length - 1].score], step: steps.length - 1, symbol: "none", label: { show: false } },
            ],
            label: {
              show: true,
              position: "top",
              align: "left",
              offset: [5, 3],
              fontSize: isNarrow ? 10 : 11.5,
              color: "#1c2733",
              formatter: ({ data }) => said(steps[data.step]),
            },
            markArea: {
              silent: true,
              // whole scores leave a gap between bands: each is shaded from the end of the one below it
              data: bands.map(([grade, , to], index) => [
                { name: grade, yAxis: bands[index + 1]?.[2] ?? low, itemStyle: { color: SHADES[Math.min(index, 3)] }, label: { position: "insideRight", color: "#536071", fontWeight: "bold" } },
                { yAxis: to ?? high },
              ]),
            },
          },
        ],
      },
      true
    );
  };
  const now = () => (document.getElementById("en").checked ? "en" : "zh");
  draw(now());
  document.addEventListener("firemark-language", (event) => draw(event.detail));
  window.addEventListener("resize", () => (chart.resize(), draw(now())));
  window.matchMedia("print").addEventListener("change", (event) => {
    chart.resize(event.matches ? { width: 690, height: 165 } : { width: "auto", height: "auto" });
    draw(now());
    chart.getZr().flush(); // a sheet of paper waits for no frame
  });
})();
