// The dashboard. Everything that comes from a run is put into the page as text nodes, never as markup; the content
// security policy allows nothing else to run.

const main = document.getElementById("main");
const live = document.getElementById("live");
let me = { role: "operator" };
let openAlerts = 0;
let deadLetters = 0;

// h makes an element: attributes, then children; strings become text.
function h(tag, attrs, ...children) {
  const el = document.createElement(tag);
  for (const [k, v] of Object.entries(attrs || {})) {
    if (v === undefined || v === null || v === false) continue;
    if (k.startsWith("on")) el.addEventListener(k.slice(2), v);
    else if (k === "value") el.value = v;
    else el.setAttribute(k, v === true ? "" : v);
  }
  for (const c of children.flat(Infinity)) {
    if (c === undefined || c === null || c === false) continue;
    el.append(c instanceof Node ? c : document.createTextNode(String(c)));
  }
  return el;
}

function svg(tag, attrs, ...children) {
  const el = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [k, v] of Object.entries(attrs || {})) el.setAttribute(k, v);
  for (const c of children.flat()) el.append(c);
  return el;
}

async function api(method, path, body) {
  const res = await fetch("/api/v1/" + path, {
    method,
    headers: method === "POST" ? { "Content-Type": "application/json" } : {},
    body: method === "POST" ? JSON.stringify(body || {}) : undefined,
  });
  if (res.status === 401) {
    throw Object.assign(new Error("login"), { login: true });
  }
  const data = await res.json();
  if (!res.ok) throw new Error(data.error || res.statusText);
  return data;
}
const get = (path) => api("GET", path);

let toastTimer;
function toast(text) {
  const t = document.getElementById("toast");
  t.textContent = text;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => (t.textContent = ""), 5000);
}

async function act(path, body, done) {
  try {
    const r = await api("POST", path, body);
    toast(typeof done === "function" ? done(r) : done);
    render(true);
    return r;
  } catch (err) {
    toast(err.message);
  }
}

const zero = (t) => !t || t.startsWith("0001-");
function span(s) {
  if (s < 0.001) return Math.round(s * 1e6) + " µs";
  if (s < 1) return Math.round(s * 1000) + " ms";
  if (s < 120) return (s < 10 ? s.toFixed(1) : Math.round(s)) + " s";
  if (s < 7200) return Math.round(s / 60) + " min";
  if (s < 172800) return Math.round(s / 3600) + " h";
  return Math.round(s / 86400) + " d";
}
function ago(t) {
  if (zero(t)) return "–";
  const s = (Date.now() - new Date(t)) / 1000;
  const text = s < 0 ? "in " + span(-s) : s < 1.5 ? "now" : span(s) + " ago";
  return h("time", { datetime: t, title: new Date(t).toLocaleString() }, text);
}
function took(a, b) {
  return zero(a) || zero(b) ? "–" : span(Math.max(0, (new Date(b) - new Date(a)) / 1000));
}
function bytes(n) {
  if (!n) return "–";
  if (n >= 1 << 30) return (n / (1 << 30)).toFixed(1) + " GiB";
  return Math.round(n / (1 << 20)) + " MiB";
}
const state = (s) => h("span", { class: "state " + s }, s);
const runLink = (id) => (id ? h("a", { href: "#/run/" + id }, String(id)) : "–");
const jobLink = (name) => h("a", { href: "#/job/" + encodeURIComponent(name) }, name);
const operator = () => me.role === "operator";

function table(caption, heads, rows, empty) {
  if (!rows.length) return h("p", { class: "muted" }, empty || "Nothing here.");
  return h(
    "div",
    { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
    h(
      "table",
      {},
      h("thead", {}, h("tr", {}, heads.map((x) => h("th", { scope: "col", class: x.startsWith("#") ? "num" : null }, x.replace("#", ""))))),
      h("tbody", {}, rows.map((r) => h("tr", {}, r.map((c, i) => h("td", { class: heads[i].startsWith("#") ? "num" : heads[i] === "Why" || heads[i] === "Error" ? "why" : null }, c))))),
    ),
  );
}

// bars draws counts over time, one column for each step of the window.
function bars(points, seconds, label, keys) {
  const step = Math.max(60, Math.round(seconds / 120 / 60) * 60);
  const end = Math.floor(Date.now() / 1000 / step) * step;
  const n = Math.min(120, Math.ceil(seconds / step));
  const byTime = new Map(points.map((p) => [p.at, p]));
  const value = (p, k) => (k === "value" ? p.value || 0 : (p.n || {})[k] || 0);
  let top = 0;
  for (const p of points) top = Math.max(top, keys.reduce((s, k) => s + value(p, k), 0));
  const el = svg("svg", { class: "chart", viewBox: "0 0 600 120", preserveAspectRatio: "none", role: "img", "aria-label": label });
  for (let i = 0; i < n; i++) {
    const p = byTime.get(end - (n - 1 - i) * step);
    if (!p || !top) continue;
    let y = 116;
    for (const k of keys) {
      const height = (value(p, k) / top) * 98;
      if (height <= 0) continue;
      y -= height;
      const r = svg("rect", { class: "b-" + k, x: (i * 600) / n, y, width: Math.max(1, 600 / n - 1), height });
      const when = new Date(p.at * 1000).toLocaleTimeString();
      r.append(svg("title", {}, document.createTextNode(when + " " + k + ": " + value(p, k))));
      el.append(r);
    }
  }
  return h("div", {}, el, h("p", { class: "legend muted" }, label + (top ? ", at most " + Math.round(top * 100) / 100 + " in " + span(step) : ", none")));
}

const pages = {};

pages[""] = async () => {
  const o = await get("overview");
  setHead(o);
  const sum = (f) => o.queues.reduce((s, q) => s + f(q), 0);
  const bounded = o.queues.some((q) => q.bounded) ? "+" : "";
  const workers = o.nodes.flatMap((n) => n.workers || []);
  const l = o.ledger;
  const missing = l.accepted - l.done - l.dead - l.cancelled - l.live - l.pruned;
  const oldest = Math.max(0, ...o.queues.map((q) => q.oldest_age / 1e9));
  const card = (n, text, href, isBad) => h("a", { class: "card", href }, h("span", { class: "n" + (isBad ? " bad" : "") }, n), text);
  return [
    h("h1", {}, "Overview"),
    o.alerts.map((a) => h("div", { class: "banner" }, h("strong", {}, a.rule), " ", a.summary, " ", h("span", { class: "muted" }, "owner ", a.owner || "none", ", ", ago(a.opened)))),
    h(
      "div",
      { class: "cards" },
      card(sum((q) => q.depth.running || 0), "running", "#/runs?state=running"),
      card(sum((q) => q.depth.waiting || 0) + bounded, "waiting", "#/runs?state=waiting"),
      card(sum((q) => (q.depth.scheduled || 0) + (q.depth.retrying || 0)) + bounded, "scheduled or retrying", "#/runs?state=scheduled,retrying"),
      card(oldest ? span(oldest) : "0 s", "oldest waiting run", "#/queues"),
      card(l.dead, "dead letters", "#/dead", l.dead > 0),
      card(workers.filter((w) => w.state === "busy").length + " / " + workers.length, "workers busy", "#/workers"),
      card(missing === 0 ? "balanced" : String(missing), "ledger, " + l.accepted + " accepted", "#/ledger", missing !== 0),
    ),
    h("h2", {}, "Attempts in the last hour"),
    bars(o.stats, 3600, "attempts a minute: done, failed, dead", ["done", "failed", "dead"]),
    h("h2", {}, "Jobs"),
    jobTable(o.jobs),
    h("p", { class: "muted" }, "Kept in ", o.store, ", ", bytes(o.store_bytes), ". Roadworthy ", o.version, "."),
  ];
};

function jobTable(jobs) {
  return table(
    "Jobs",
    ["Job", "Tier", "Owner", "When", "Next", "Last good", "#Done, 24 h", "#Failed", "#Dead", "#Mean"],
    jobs.map((j) => [
      [jobLink(j.name), j.broken && h("div", { class: "dead" }, "cannot be imported"), j.paused && h("div", { class: "paused" }, "paused")],
      h("span", { class: "tier" }, j.tier),
      j.owner || "–",
      j.schedule ? j.schedule + (j.time_zone ? " " + j.time_zone : "") : j.after && j.after.length ? "after " + j.after.join(", ") : "on demand",
      ago(j.next),
      [j.last.good_run ? runLink(j.last.good_run) : "–", " ", j.last.good_run ? ago(j.last.good_at) : ""],
      j.day.done, j.day.failed, j.day.dead, j.day.mean_seconds ? span(j.day.mean_seconds) : "–",
    ]),
    "No jobs are declared.",
  );
}

pages.jobs = async () => [h("h1", {}, "Jobs"), jobTable(await get("jobs"))];

pages.job = async (rest) => {
  const name = decodeURIComponent(rest);
  const enc = encodeURIComponent(name);
  const [j, stats, signals, runs] = await Promise.all([get("jobs/" + enc), get("stats?job=" + enc + "&since=24h"), get("signals?job=" + enc + "&since=24h"), get("runs?limit=20&why=1&job=" + enc)]);
  const args = h("textarea", { id: "args", spellcheck: "false", value: "{}" });
  return [
    h("h1", {}, name),
    j.broken && h("div", { class: "banner" }, h("strong", {}, "Cannot be imported. "), j.broken),
    (j.refused || []).map((r) => h("div", { class: "banner" }, h("strong", {}, "Allowed against guardrail " + r.guardrail + ". "), "The job " + r.text + ". " + r.next + ".")),
    h(
      "dl",
      {},
      [
        ["tier", h("span", { class: "tier" }, j.tier)], ["owner", j.owner || "none"], ["declared", j.file + ":" + j.line],
        ["runs", j.entry || (j.command || []).join(" ")], ["schedule", j.schedule ? j.schedule + " " + (j.time_zone || "UTC") + ", missed: " + j.missed : "none"],
        ["next", ago(j.next)], ["last good run", [runLink(j.last.good_run), " ", ago(j.last.good_at)]],
        ["last failure", j.last.bad_run ? [runLink(j.last.bad_run), " ", ago(j.last.bad_at), " ", j.last.bad_error] : "none"],
        ["retries", j.retries], ["time limit", j.time_limit ? span(j.time_limit / 1e9) : "none"], ["memory limit", j.memory_limit ? bytes(j.memory_limit) : "none"],
        ["concurrency", j.concurrency || "no limit"], ["rate", j.rate_count ? j.rate_count + " in " + span(j.rate_per / 1e9) : "no limit"],
        ["idempotency key", j.key || "none"], ["alerts", (j.alerts || []).length ? (j.alerts || []).map((a) => a.split(":")[0]).join(", ") : "none"],
      ].map(([k, v]) => [h("dt", {}, k), h("dd", {}, v)]),
    ),
    operator() &&
      h(
        "details",
        {},
        h("summary", {}, "Run it"),
        h("label", { for: "args" }, "Arguments, as a JSON object"),
        args,
        h("div", { class: "actions" }, h("button", {
          class: "main",
          onclick: () => {
            let parsed;
            try { parsed = JSON.parse(args.value); } catch (e) { toast("The arguments are not JSON: " + e.message); return; }
            act("jobs/" + enc + "/run", { args: parsed }, (r) => (r.pipeline ? "pipeline " + r.pipeline + " started" : "run " + r.id + " accepted"));
          },
        }, "Run")),
      ),
    operator() && h("div", { class: "actions" }, j.paused ? h("button", { onclick: () => act("jobs/" + enc + "/resume", {}, "resumed") }, "Resume") : h("button", { onclick: () => act("jobs/" + enc + "/pause", {}, "paused") }, "Pause")),
    h("h2", {}, "Attempts in the last day"),
    bars(stats, 86400, "attempts: done, failed, dead", ["done", "failed", "dead"]),
    signals.map((s) => [h("h2", {}, "Signal " + s.name), bars(s.points, 86400, s.name + " in the last day", ["value"])]),
    h("h2", {}, "Runs"),
    runTable(runs),
    h("p", {}, h("a", { href: "#/runs?job=" + enc }, "all runs of " + name)),
  ];
};

function runTable(runs) {
  return table(
    "Runs",
    ["Run", "Job", "State", "#Attempt", "Created", "#Took", "Why"],
    runs.map((r) => [runLink(r.id), jobLink(r.job), state(r.state), r.attempt + "/" + r.max_attempts, ago(r.created_at), took(r.attempted_at, r.finalized_at), r.why || (r.state === "done" ? "" : r.error) || ""]),
    "No runs.",
  );
}

pages.runs = async (rest, query) => {
  const q = new URLSearchParams(query);
  const params = new URLSearchParams({ limit: "50", why: "1" });
  for (const k of ["state", "job", "queue", "before"]) if (q.get(k)) params.set(k, q.get(k));
  const [runs, jobs] = await Promise.all([get("runs?" + params), get("jobs")]);
  const select = (name, label, options) =>
    h("label", {}, label, h("select", { name, onchange: (e) => e.target.form.requestSubmit() }, options.map((o) => h("option", { value: o, selected: (q.get(name) || "") === o }, o || "all"))));
  const go = (changes) => {
    const next = new URLSearchParams(q);
    for (const [k, v] of Object.entries(changes)) v ? next.set(k, v) : next.delete(k);
    return "#/runs?" + next;
  };
  return [
    h("h1", {}, "Runs"),
    h(
      "form",
      { class: "filter", onsubmit: (e) => { e.preventDefault(); const f = new FormData(e.target); location.hash = go({ state: f.get("state"), job: f.get("job"), before: "" }); } },
      select("state", "State", ["", "waiting", "scheduled", "scheduled,retrying", "retrying", "running", "done", "dead", "cancelled"]),
      select("job", "Job", ["", ...jobs.map((j) => j.name)]),
      h("button", {}, "Show"),
    ),
    runTable(runs),
    h("div", { class: "actions" },
      q.get("before") && h("a", { href: go({ before: "" }) }, "newest"),
      runs.length === 50 && h("a", { href: go({ before: String(runs[49].id) }), rel: "next" }, "older"),
      operator() && runs.length > 0 && ["waiting", "scheduled", "retrying", "running"].includes(q.get("state")) && h("button", { class: "danger", onclick: () => confirm("Cancel every run of this list, on all its pages?") && act("bulk", { action: "cancel", state: [q.get("state")], job: q.get("job") || "" }, (r) => r.runs + " runs cancelled") }, "Cancel all of these")),
  ];
};

pages.dead = async (rest, query) => {
  const q = new URLSearchParams(query);
  const params = new URLSearchParams({ limit: "50", state: "dead" });
  for (const k of ["job", "before"]) if (q.get(k)) params.set(k, q.get(k));
  const runs = await get("runs?" + params);
  return [
    h("h1", {}, "Dead letters"),
    h("p", { class: "muted" }, "Runs that used up their attempts or were set aside. A replay gives a run one more attempt; open it to change its arguments first."),
    operator() && runs.length > 0 && h("div", { class: "actions" }, h("button", { onclick: () => confirm("Replay every dead letter" + (q.get("job") ? " of " + q.get("job") : "") + "?") && act("bulk", { action: "replay", state: ["dead"], job: q.get("job") || "" }, (r) => r.runs + " replayed") }, "Replay all")),
    table("Dead letters", ["Run", "Job", "#Attempts", "Died", "Cause", "Error", "Replay"],
      runs.map((r) => [runLink(r.id), jobLink(r.job), r.attempt, ago(r.finalized_at), r.meta.rw_cause || "–", r.error || "", operator() ? h("button", { "aria-label": "Replay run " + r.id, onclick: () => act("runs/" + r.id + "/replay", {}, "run " + r.id + " is live again") }, "Replay") : ""]),
      "No dead letters."),
    runs.length === 50 && h("a", { href: "#/dead?before=" + runs[49].id + (q.get("job") ? "&job=" + encodeURIComponent(q.get("job")) : "") }, "older"),
  ];
};

pages.run = async (rest) => {
  const r = await get("runs/" + encodeURIComponent(rest));
  const final = ["done", "dead", "cancelled"].includes(r.state);
  const args = h("textarea", { id: "args", spellcheck: "false", value: JSON.stringify(r.args, null, 2) });
  const secret = JSON.stringify(r.args).includes("[redacted]");
  return [
    h("h1", {}, "Run " + r.id + " of ", jobLink(r.job)),
    h("p", { class: "why-line" }, state(r.state), " ", r.why),
    r.progress && h("p", {}, h("progress", { value: r.progress.done, max: r.progress.total || 1, "aria-label": "progress" }), " ", r.progress.done + " of " + r.progress.total + " " + (r.progress.note || "")),
    h("dl", {}, [
      ["owner", r.owner || "none"], ["tier", r.tier || "–"], ["queue", r.queue], ["attempt", r.attempt + " of " + r.max_attempts], ["created", ago(r.created_at)],
      ["started", ago(r.attempted_at)], ["ended", ago(r.finalized_at)], ["last good run of the job", [runLink(r.last_good_run), " ", ago(r.last_good_at)]],
      ["idempotency key", r.meta.rw_key || "none"], ["replays", r.meta.rw_replays || 0], ["trace", r.meta.rw_trace ? h("code", {}, r.meta.rw_trace.split("-")[1]) : "none"],
      ["checkpoint", r.checkpoint ? h("code", {}, JSON.stringify(r.checkpoint)) : "none"],
    ].map(([k, v]) => [h("dt", {}, k), h("dd", {}, v)])),
    r.pipeline && [h("h2", {}, "Pipeline " + r.pipeline.id + " of " + r.pipeline.name + ": " + r.pipeline.state), h("ul", { class: "steps" }, r.pipeline.steps.map((s) => h("li", {}, state(s.state), " ", s.run ? h("a", { href: "#/run/" + s.run }, s.step) : s.step, (s.needs || []).length ? h("span", { class: "muted" }, " after " + s.needs.join(", ")) : "")))],
    h("h2", {}, "Arguments"),
    h("pre", { tabindex: "0" }, JSON.stringify(r.args, null, 2)),
    operator() && h("div", { class: "actions" },
      !final && h("button", { class: "danger", onclick: () => act("runs/" + r.id + "/cancel", {}, "run " + r.id + " is told to stop") }, "Cancel"),
      final && h("button", { class: "main", onclick: () => act("runs/" + r.id + "/replay", {}, "run " + r.id + " is live again") }, "Replay"),
      final && !secret && h("details", {}, h("summary", {}, "Replay with other arguments"), h("label", { for: "args" }, "Arguments, as a JSON object"), args,
        h("button", { onclick: () => { let a; try { a = JSON.parse(args.value); } catch (e) { toast("The arguments are not JSON: " + e.message); return; } act("runs/" + r.id + "/replay", { args: a }, "run " + r.id + " is live again"); } }, "Replay with these"))),
    h("h2", {}, "Attempts"),
    r.attempts.map((a) => h("section", { class: "attempt", "aria-label": "attempt " + a.attempt },
      h("h3", {}, "Attempt " + a.attempt + " ", state(a.outcome), a.cause ? " " + a.cause : ""),
      h("p", { class: "muted" }, ago(a.started), zero(a.ended) ? "" : ", took " + took(a.started, a.ended), ", on " + a.node, a.pid ? ", process " + a.pid : "", a.peak_rss ? ", peak memory " + bytes(a.peak_rss) : "", a.trace_id ? ", trace " + a.trace_id : ""),
      a.error && h("p", {}, h("strong", {}, a.error)),
      a.traceback && [h("h4", { class: "muted" }, "Traceback"), h("pre", { tabindex: "0" }, a.traceback)],
      a.output && [h("h4", { class: "muted" }, "Output"), h("pre", { tabindex: "0" }, a.output)],
      a.lost_output ? h("p", { class: "muted" }, a.lost_output + " bytes of output were left out") : "")),
    r.attempts.length === 0 && h("p", { class: "muted" }, "None yet."),
  ];
};

pages.queues = async () => {
  const queues = await get("queues");
  return [h("h1", {}, "Queues"),
    table("Queues", ["Queue", "#Waiting", "#Oldest", "#Scheduled", "#Retrying", "#Running", "#Limit", "Do"],
      queues.map((q) => {
        const n = (s) => (q.depth[s] || 0) + (q.depth[s] >= 10000 ? "+" : "");
        return [[h("a", { href: "#/runs?queue=" + encodeURIComponent(q.name) }, q.name), q.paused && h("span", { class: "paused" }, " paused")], n("waiting"), q.oldest_age ? span(q.oldest_age / 1e9) : "–", n("scheduled"), n("retrying"), n("running"), q.limit || "–",
          operator() ? h("button", { "aria-label": (q.paused ? "Resume " : "Pause ") + q.name, onclick: () => act("queues/" + encodeURIComponent(q.name) + (q.paused ? "/resume" : "/pause"), {}, q.paused ? "resumed" : "paused") }, q.paused ? "Resume" : "Pause") : ""];
      }), "No queue has anything in it.")];
};

pages.schedules = async () => {
  const [list, jobs] = await Promise.all([get("schedules"), get("jobs")]);
  const by = new Map(jobs.map((j) => [j.name, j]));
  return [h("h1", {}, "Schedules"),
    table("Schedules", ["Job", "Schedule", "Time zone", "Missed", "Next", "Last due", "Last good run", "Owner"],
      list.map((s) => { const j = by.get(s.job) || { last: {} }; return [jobLink(s.job), h("code", {}, s.spec), s.time_zone || "UTC", s.missed, ago(s.next), ago(s.last), [runLink(j.last.good_run), " ", ago(j.last.good_at)], j.owner || "–"]; }),
      "No job has a schedule.")];
};

pages.workers = async () => {
  const nodes = await get("nodes");
  return [h("h1", {}, "Workers"), nodes.length ? nodes.map((n) => [
    h("h2", {}, n.id + " ", state(n.state)),
    h("p", { class: "muted" }, "process " + n.pid + ", Roadworthy " + n.version + ", up since ", ago(n.started), ", last heard of ", ago(n.beat)),
    table("Workers of " + n.id, ["Worker", "#Process", "State", "Job", "Run", "#Memory", "#Runs", "Started", "Code"],
      (n.workers || []).map((w) => [w.name, w.pid || "–", state(w.state), w.job ? jobLink(w.job) : "–", runLink(w.run), bytes(w.rss), w.runs, ago(w.started), w.version || "–"]))]) : h("p", { class: "muted" }, "No server is running.")];
};

pages.alerts = async () => {
  const alerts = await get("alerts");
  return [h("h1", {}, "Alerts"),
    table("Alerts", ["State", "Rule", "Job", "Owner", "What", "Run", "Last good", "Opened", "Closed", "#Times", "Delivery"],
      alerts.map((a) => [state(a.state), a.rule, a.job ? jobLink(a.job) : "–", a.owner || "–", a.summary, runLink(a.detail.run), runLink(a.detail.last_good_run), ago(a.opened), ago(a.closed), a.times, a.delivery || "–"]), "No alerts.")];
};

pages.signals = async () => {
  const signals = await get("signals?since=24h");
  return [h("h1", {}, "Business signals"), signals.length ? signals.map((s) => [h("h2", {}, jobLink(s.job), " ", s.name), bars(s.points, 86400, s.name + " in the last day", ["value"]), h("p", { class: "muted" }, "last ", ago(s.last))])
    : h("p", { class: "muted" }, "None yet: a job reports one with roadworthy.metric(\"invoices_synced\", 12).")];
};

pages.ledger = async () => {
  const l = await get("ledger");
  const missing = l.accepted - l.done - l.dead - l.cancelled - l.live - l.pruned;
  return [h("h1", {}, "Ledger"), h("p", { class: "why-line" }, missing === 0 ? "Every accepted run is accounted for." : missing + " runs are not accounted for."),
    h("dl", {}, [["accepted", l.accepted], ["done", l.done], ["dead", l.dead], ["cancelled", l.cancelled], ["live", l.live], ["deleted by retention", l.pruned], ["counted", ago(l.at)]].map(([k, v]) => [h("dt", {}, k), h("dd", {}, v)]))];
};

pages.work = async () => {
  const work = await get("work");
  return [h("h1", {}, "Work"), table("Work", ["Work", "Kind", "Tier", "Verdict", "Guardrails that fail", "Owner"],
    work.map((w) => [h("span", { title: w.path }, w.name), w.kind, h("span", { class: "tier", title: w.evidence.join("; ") }, w.tier + (w.declared ? "" : " (inferred)")),
      w.verdict, w.failing.join(", ") || "none", w.owner || "nobody"]), "Nothing with an entry point was found here.")];
};

pages.audit = async () => [h("h1", {}, "What operators did"),
  table("Audit", ["When", "Who", "Did", "To", "Reason"], (await get("audit")).map((a) => [ago(a.at), a.who, a.action, a.target, a.reason || "–"]), "Nothing yet.")];

const nav = [["", "Overview"], ["work", "Work"], ["jobs", "Jobs"], ["runs", "Runs"], ["dead", "Dead letters"], ["queues", "Queues"], ["schedules", "Schedules"], ["workers", "Workers"], ["signals", "Signals"], ["alerts", "Alerts"], ["audit", "Audit"]];

function setHead(o) {
  me = o.me;
  openAlerts = o.alerts.length;
  deadLetters = o.ledger.dead;
}

function drawNav(current) {
  const parent = { job: "jobs", run: "runs", ledger: "" }[current] ?? current;
  document.getElementById("nav").replaceChildren(...nav.map(([path, text]) => {
    const n = path === "alerts" ? openAlerts : path === "dead" ? deadLetters : 0;
    return h("a", { href: "#/" + path, "aria-current": parent === path ? "page" : null }, text, n > 0 && h("span", { class: "count" }, n));
  }));
}

function loginPage() {
  const token = h("input", { type: "password", id: "token", autocomplete: "current-password", required: true });
  return [h("h1", {}, "Sign in"), h("form", { class: "filter", onsubmit: async (e) => {
    e.preventDefault();
    const res = await fetch("/login", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ token: token.value }) });
    if (res.ok) { render(); connect(); } else toast("This token is not known.");
  } }, h("label", { for: "token" }, "Token", token), h("button", { class: "main" }, "Sign in"))];
}

let rendering = 0;
let shown = "";
async function render(again) {
  const turn = ++rendering;
  const hash = location.hash.replace(/^#\/?/, "");
  const [path, query] = hash.split("?");
  const [page, ...rest] = path.split("/");
  const started = performance.now();
  let content;
  try {
    content = await (pages[page] || (async () => [h("h1", {}, "No such page"), h("a", { href: "#/" }, "Overview")]))(rest.join("/"), query || "");
  } catch (err) {
    if (again && shown === hash && !err.login) {
      live.textContent = "reconnecting…"; // what is on the screen stays while the server is away
      return;
    }
    content = err.login ? loginPage() : [h("h1", {}, "This did not work"), h("p", {}, err.message)];
  }
  if (turn !== rendering) return;
  const same = again && shown === hash;
  // What someone is typing, reading or has focused is not taken away by an update.
  const active = document.activeElement;
  if (same && active && main.contains(active) && ["TEXTAREA", "INPUT", "SELECT"].includes(active.tagName)) return;
  const opened = same ? [...main.querySelectorAll("details")].map((d) => d.open) : [];
  if (opened.some(Boolean)) return;
  const focus = same && main.contains(active) ? [...main.querySelectorAll("a,button,[tabindex]")].indexOf(active) : -1;
  const scrolls = same ? [...main.querySelectorAll("pre,.scroll")].map((e) => [e.scrollTop, e.scrollLeft]) : [];
  main.replaceChildren(...content.flat(Infinity).filter((c) => c instanceof Node || typeof c === "string"));
  [...main.querySelectorAll("pre,.scroll")].forEach((e, i) => { if (scrolls[i]) [e.scrollTop, e.scrollLeft] = scrolls[i]; });
  if (focus >= 0) [...main.querySelectorAll("a,button,[tabindex]")][focus]?.focus({ preventScroll: true });
  drawNav(page);
  document.title = (main.querySelector("h1")?.textContent || "Roadworthy") + " – Roadworthy";
  if (!same) {
    scrollTo(0, 0);
    if (shown !== "") main.focus({ preventScroll: true });
  }
  shown = hash;
  main.dataset.took = Math.round(performance.now() - started);
}

// Live: the server says that something has changed, the page that is open reads what it shows again, at most once in
// half a second.
let source;
let pending;
function connect() {
  source?.close();
  source = new EventSource("/api/v1/events");
  source.onopen = () => (live.textContent = "live");
  source.onerror = () => (live.textContent = "reconnecting…");
  source.onmessage = () => {
    if (pending || document.hidden) return;
    pending = setTimeout(() => { pending = undefined; render(true); }, 500);
  };
}

document.addEventListener("visibilitychange", () => { if (!document.hidden) render(true); });
addEventListener("hashchange", () => render());

// Keyboard: g then a letter goes to a page, j and k move along the rows, / goes to the filter.
let prefix = "";
addEventListener("keydown", (e) => {
  if (e.ctrlKey || e.metaKey || e.altKey || ["INPUT", "TEXTAREA", "SELECT"].includes(e.target.tagName)) return;
  if (prefix === "g") {
    const to = { o: "", w: "work", j: "jobs", r: "runs", d: "dead", q: "queues", s: "schedules", k: "workers", a: "alerts" }[e.key];
    prefix = "";
    if (to !== undefined) location.hash = "#/" + to;
    return;
  }
  if (e.key === "g") { prefix = "g"; setTimeout(() => (prefix = ""), 1500); }
  if (e.key === "/") { const f = main.querySelector("select,input"); if (f) { f.focus(); e.preventDefault(); } }
  if (e.key === "j" || e.key === "k") {
    const links = [...main.querySelectorAll("tbody tr td:first-child a")];
    const i = links.indexOf(document.activeElement);
    links[Math.max(0, Math.min(links.length - 1, i + (e.key === "j" ? 1 : -1)))]?.focus();
  }
});

// Ages grow without anything changing on the server.
setInterval(() => document.querySelectorAll("time").forEach((t) => { const n = ago(t.getAttribute("datetime")); if (n instanceof Node && n.textContent !== t.textContent) t.textContent = n.textContent; }), 1000);

get("overview").then(setHead, () => {}).finally(() => { render(); connect(); });
