// Shows the services and events of the sandbox, and refreshes every second. All text goes in by textContent, so that no
// name is ever read as HTML.
"use strict";

const EVERY = 1000; // milliseconds between two refreshes
const WORDS = { operational: "Operational", degraded: "Degraded", down: "Down", maintenance: "Maintenance" };
const HEADLINES = {
  operational: "All systems operational",
  maintenance: "Maintenance in progress",
  degraded: "Some systems are degraded",
  down: "Some systems are down",
};

const byId = (id) => document.getElementById(id);
const fresh = (id) => byId(id).content.firstElementChild.cloneNode(true);
const known = (status) => (Object.hasOwn(WORDS, status) ? status : "unknown");
const word = (status) => (Object.hasOwn(WORDS, status) ? WORDS[status] : status);
const clock = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" });
const calendar = new Intl.DateTimeFormat("en-GB", { dateStyle: "full" });

let events = [];
let seen = 0; // the id of the newest event
let revision = "";
let today = ""; // the sandbox's time
let shownServices = "";
const shownStatus = new Map();
const playing = new Set(); // services whose buttons are open

function wear(element, status) {
  element.dataset.status = status;
  element.querySelector("use").setAttribute("href", "#" + known(status));
  return element;
}

function pill(status) {
  const made = wear(fresh("pill"), status);
  made.querySelector(".word").textContent = word(status);
  return made;
}

function count(services, status) {
  return services.filter((service) => service.status === status).length;
}

function summary(services) {
  if (services.length === 0) return "This page has no services yet.";
  const all = services.length === 1 ? "1 service" : services.length + " services";
  const parts = ["down", "degraded", "maintenance"].map((status) => [count(services, status), status]);
  const words = parts.filter(([number]) => number > 0).map(([number, status]) => number + (status === "maintenance" ? " in " : " ") + status);
  return words.length === 0 ? all : words.join(", ") + " of " + all;
}

function showBanner(status, services) {
  wear(byId("banner"), status).hidden = false;
  byId("headline").textContent = HEADLINES[status];
  byId("summary").textContent = summary(services);
  document.title = HEADLINES[status];
}

function serviceRow(service) {
  const row = fresh("service");
  row.dataset.status = service.status;
  row.querySelector(".name").textContent = service.name;
  row.querySelector(".description").textContent = service.description;
  row.querySelector("input").value = service.id;
  row.querySelector("details").open = playing.has(service.id);
  row.querySelector("details").before(pill(service.status));
  const before = shownStatus.get(service.id);
  if (before !== undefined && before !== service.status) row.className = "changed";
  shownStatus.set(service.id, service.status);
  return row;
}

function showServices(state) {
  const text = JSON.stringify(state.services);
  if (text === shownServices) return;
  shownServices = text;
  showBanner(state.status, state.services);
  byId("services").replaceChildren(...state.services.map(serviceRow));
  byId("no-services").hidden = state.services.length > 0;
}

function duration(milliseconds) {
  const seconds = Math.max(1, Math.round(milliseconds / 1000));
  if (seconds < 120) return seconds + " s";
  if (seconds < 7200) return Math.round(seconds / 60) + " min";
  return Math.round(seconds / 3600) + " h";
}

function writer(by) {
  return { monitor: "by a monitor", hand: "by hand", webhook: "by a webhook" }[by] ?? "by " + by;
}

// How long the status before an event had lasted, if that is known and it was not the usual one.
function lasted(event) {
  const earlier = events.filter((other) => other.service_id === event.service_id && other.id < event.id).pop();
  if (!earlier || event.from === "operational") return "";
  return " for " + duration(Date.parse(event.time) - Date.parse(earlier.time));
}

function showTime(element, time) {
  element.dateTime = time;
  element.title = time;
  element.textContent = clock.format(new Date(time));
}

function eventRow(event) {
  const row = wear(fresh("event"), event.to);
  row.querySelector(".name").textContent = event.service;
  row.querySelector(".before").textContent = word(event.from) + lasted(event);
  row.querySelector(".after").textContent = word(event.to);
  row.querySelector(".note").textContent = writer(event.by);
  showTime(row.querySelector("time"), event.time);
  row.classList.toggle("changed", event.id > seen);
  return row;
}

function dayRow(day) {
  const row = document.createElement("li");
  row.className = "day";
  row.textContent = day;
  return row;
}

function maintenance(entry) {
  if (entry.maintenance_seconds !== null) return "maintenance for " + duration(entry.maintenance_seconds * 1000);
  return "";
}

function showParts(element, parts) {
  element.replaceChildren(...parts.filter(Boolean).map((part) => {
    const made = document.createElement("span");
    made.textContent = part;
    return made;
  }));
}

// The link to a run is the only address on the page that comes from elsewhere.
function showRun(link, address) {
  link.hidden = !/^https?:/.test(address || "");
  if (!link.hidden) link.href = address;
}

function entryRow(entry) {
  if (entry.kind === "event") return eventRow(entry.events[0]);
  const row = wear(fresh("entry"), entry.status);
  const its = entry.details;
  const commit = [its.branch, (its.commit_sha || "").slice(0, 7)].filter(Boolean).join(" @ ");
  const whose = [commit, its.changed_by && "by " + its.changed_by].filter(Boolean).join(" ");
  row.classList.add(entry.kind);
  row.querySelector(".title").textContent = entry.title;
  showTime(row.querySelector("time"), entry.began);
  showParts(row.querySelector(".parts"), [entry.services.join(", "), maintenance(entry), its.environment, whose]);
  row.querySelector(".message").textContent = its.commit_message || its.description || "";
  showRun(row.querySelector("a"), its.pipeline_url);
  row.querySelector("ol").append(...entry.events.map(eventRow));
  return row;
}

const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

function incidentRow(incident) {
  const over = ["resolved", "postmortem"].includes(incident.status);
  const row = wear(fresh("incident"), over ? "operational" : incident.severity === "low" ? "degraded" : "down");
  row.querySelector(".title").textContent = incident.title;
  row.querySelector(".word").textContent = capital(incident.status);
  const at = (name, time) => time && name + " " + clock.format(new Date(time));
  const times = [at("opened", incident.created_at), at("resolved", incident.resolved_at)];
  showParts(row.querySelector(".parts"), [incident.services.join(", "), "severity " + incident.severity, ...times]);
  row.querySelector(".message").textContent = incident.description || "";
  return row;
}

function showTimeline(timeline) {
  events = timeline.entries.flatMap((entry) => entry.events).sort((a, b) => a.id - b.id);
  const rows = [];
  let day = calendar.format(new Date(today));
  for (const entry of timeline.entries) {
    const its = calendar.format(new Date(entry.began));
    if (its !== day) rows.push(dayRow(its));
    day = its;
    rows.push(entryRow(entry));
  }
  byId("timeline").replaceChildren(...rows);
  byId("no-events").hidden = rows.length > 0;
  byId("incidents").replaceChildren(...timeline.incidents.map(incidentRow));
  byId("incidents-section").hidden = timeline.incidents.length === 0;
  seen = Math.max(0, ...events.map((event) => event.id));
}

async function get(address) {
  const answer = await fetch(address, { signal: AbortSignal.timeout(5000), cache: "no-store" });
  if (!answer.ok) throw new Error(address + ": " + answer.status);
  return answer.json();
}

function showLive(time) {
  byId("live").classList.remove("lost");
  byId("live-text").textContent = "Live, " + clock.format(new Date(time));
}

async function refresh() {
  try {
    const state = await get("/status.json");
    showServices(state);
    today = state.time;
    if (state.revision !== revision) showTimeline(await get("/timeline.json"));
    revision = state.revision;
    showLive(state.time);
  } catch {
    byId("live").classList.add("lost");
    byId("live-text").textContent = "The sandbox is not responding";
  }
  setTimeout(refresh, EVERY);
}

document.addEventListener("submit", (event) => {
  event.preventDefault();
  fetch("/play", { method: "POST", body: new FormData(event.target, event.submitter), redirect: "manual" });
});
document.addEventListener("toggle", (event) => {
  const id = event.target.querySelector("input").value;
  if (event.target.isConnected) playing[event.target.open ? "add" : "delete"](id);
}, true);

const initial = JSON.parse(byId("initial").textContent);
revision = initial.revision;
showServices(initial);
today = initial.time;
seen = initial.last_event;
showTimeline(initial);
showLive(initial.time);
if (initial.snapshot) {
  document.body.classList.add("snapshot");
  byId("live-text").textContent = "As it was at " + clock.format(new Date(initial.time));
} else {
  setTimeout(refresh, EVERY);
}
