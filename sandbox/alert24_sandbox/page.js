// Shows the services and events of the sandbox, and refreshes every second. All text goes in by textContent, so that no
// name is ever read as HTML.
"use strict";

const EVERY = 1000; // milliseconds between two refreshes
const SHOWN_EVENTS = 100;
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
  const seconds = Math.round(milliseconds / 1000);
  if (milliseconds < 1000) return Math.max(1, Math.round(milliseconds)) + " ms";
  if (seconds < 120) return seconds + " s";
  if (seconds < 7200) return Math.round(seconds / 60) + " min";
  return Math.round(seconds / 3600) + " h";
}

function note(event, index) {
  const earlier = events.slice(0, index).reverse().find((other) => other.service_id === event.service_id);
  const lasted = earlier ? ", after " + duration(Date.parse(event.time) - Date.parse(earlier.time)) : "";
  return (event.by === "monitor" ? "by a monitor" : "by " + event.by) + lasted;
}

function eventRow(event, index, isNew) {
  const row = wear(fresh("event"), event.to);
  row.querySelector(".name").textContent = event.service;
  row.querySelector(".before").textContent = word(event.from);
  row.querySelector(".after").textContent = word(event.to);
  row.querySelector(".note").textContent = note(event, index);
  const time = row.querySelector("time");
  time.dateTime = event.time;
  time.title = event.time;
  time.textContent = clock.format(new Date(event.time));
  if (isNew) row.className = "changed";
  return row;
}

function dayRow(day) {
  const row = document.createElement("li");
  row.className = "day";
  row.textContent = day;
  return row;
}

// The deployment during which each event happened, by its index: from the first maintenance that alert24-deploy writes
// until no service is left in it.
function deployments() {
  const pending = new Set();
  let open = null;
  return events.map((event) => {
    if (event.by === "alert24-deploy" && event.to === "maintenance") {
      if (pending.size === 0) open = { began: event.time, ended: null, services: new Set() };
      pending.add(event.service_id);
      open.services.add(event.service_id);
    }
    const its = pending.size > 0 ? open : null;
    if (event.to !== "maintenance" && pending.delete(event.service_id) && pending.size === 0) its.ended = event.time;
    return its;
  });
}

function deploymentRow(its) {
  const row = document.createElement("li");
  row.className = "deployment";
  const services = its.services.size === 1 ? "1 service" : its.services.size + " services";
  const lasted = its.ended ? "took " + duration(Date.parse(its.ended) - Date.parse(its.began)) : "in progress";
  row.textContent = "Deployment of " + services + ", " + lasted;
  return row;
}

function showTimeline(newAfter) {
  const groups = deployments();
  let group = null;
  const rows = [];
  let day = calendar.format(new Date());
  for (let index = events.length - 1; index >= 0; index -= 1) {
    const its = calendar.format(new Date(events[index].time));
    if (its !== day) rows.push(dayRow(its));
    day = its;
    if (groups[index] !== group && groups[index]) rows.push(deploymentRow(groups[index]));
    group = groups[index];
    const row = eventRow(events[index], index, events[index].id > newAfter);
    row.classList.toggle("deployed", group !== null);
    rows.push(row);
  }
  byId("timeline").replaceChildren(...rows);
  byId("no-events").hidden = events.length > 0;
}

const lastEvent = () => (events.length > 0 ? events[events.length - 1].id : 0);

async function get(address) {
  const answer = await fetch(address, { signal: AbortSignal.timeout(5000), cache: "no-store" });
  if (!answer.ok) throw new Error(address + ": " + answer.status);
  return answer.json();
}

async function showEvents(latest) {
  const seen = lastEvent();
  if (latest === seen) return;
  // Fewer than before: a new sandbox has started at the same address.
  const kept = latest < seen ? [] : events;
  const more = (await get("/events?after=" + (latest < seen ? 0 : seen))).data;
  events = kept.concat(more).slice(-SHOWN_EVENTS);
  showTimeline(seen);
}

function showLive(time) {
  byId("live").classList.remove("lost");
  byId("live-text").textContent = "Live, " + clock.format(new Date(time));
}

async function refresh() {
  try {
    const state = await get("/status.json");
    showServices(state);
    await showEvents(state.last_event);
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
events = initial.events;
showServices(initial);
showTimeline(lastEvent());
showLive(initial.time);
setTimeout(refresh, EVERY);
