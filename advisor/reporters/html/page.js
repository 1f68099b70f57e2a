"use strict";
(function () {
  const data = JSON.parse(document.getElementById("data").textContent);
  const [WIDTH, HEIGHT] = data.size;
  const svg = document.getElementById("picture");
  const world = document.getElementById("world");
  const right = document.getElementById("right");
  const groups = [...document.querySelectorAll("[data-n]")];
  const frames = [...document.querySelectorAll("[data-f]")];
  const faces = groups.map((group) => group.querySelector(".face"));
  const lines = [...document.querySelectorAll("[data-l]")];
  const labels = lines.map((line) => line.querySelector(".label"));
  const labelPlaces = labels.map((label) => label && [+label.getAttribute("x"), +label.getAttribute("y")]);
  const open = new Set();
  const view = { x: 0, y: 0, scale: 1 };
  let picked = -1;

  function make(tag, words, name) {
    const element = document.createElement(tag);
    if (words !== undefined) element.textContent = words;
    if (name) element.className = name;
    return element;
  }

  // --- names, as long as this browser's font lets them be ---

  const ruler = document.createElement("canvas").getContext("2d");

  function squeezed(words, room) {
    if (ruler.measureText(words).width <= room) return words;
    let [few, many] = [2, words.length];
    const cut = (most) => {
      const tail = (most - 1) >> 1;
      return words.slice(0, most - 1 - tail) + "\u2026" + words.slice(words.length - tail);
    };
    while (many - few > 1) {
      const most = (few + many) >> 1;
      if (ruler.measureText(cut(most)).width <= room) few = most; else many = most;
    }
    return cut(few);
  }

  function spell() {
    for (const [selector, key, room] of [[".name", "name", WIDTH - 50], [".note", "line", WIDTH - 50]]) {
      const style = groups.length && getComputedStyle(groups[0].querySelector(selector));
      if (!style) return;
      ruler.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
      groups.forEach((group, index) => {
        const node = data.nodes[index];
        const words = key === "line" ? [node.kind, node.note].filter(Boolean).join(" \u00b7 ") : node.name;
        const less = key === "line" && node.inside ? 24 : 0;
        group.querySelector(selector).textContent = squeezed(words, room - less);
      });
    }
    frames.forEach((frame, index) => {
      const name = frame.querySelector(".stack");
      const style = getComputedStyle(name);
      ruler.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
      name.textContent = squeezed(data.frames[index].name, data.frames[index].at[2] - 28);
    });
    for (const state of document.querySelectorAll(".sname, .snote")) {
      const style = getComputedStyle(state);
      ruler.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
      const box = state.parentNode.querySelector("rect");
      if (box) state.textContent = squeezed(state.textContent, box.getAttribute("width") - 16);
    }
    for (const big of document.querySelectorAll(".big")) {
      const style = getComputedStyle(big);
      ruler.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
      for (const part of big.children.length ? big.children : [big]) {
        part.textContent = squeezed(part.textContent, WIDTH - 18);
      }
    }
  }

  // --- where things are: an unfolded machine pushes aside what lies to its right and below it ---

  function shifted(x, y) {
    let dx = 0, dy = 0;
    for (const index of open) {
      const node = data.nodes[index];
      if (x >= node.x + WIDTH - 0.5) dx += Math.max(0, node.inside[0] - WIDTH);
      if (y >= node.y + HEIGHT - 0.5) dy += Math.max(0, node.inside[1] - HEIGHT);
    }
    return [x + dx, y + dy];
  }

  function curve(link) {
    const points = link.p.map(([x, y]) => shifted(x, y));
    let [x, y] = points[0];
    if (link.s === link.t) {
      const [toX, top] = points[1];
      return `M${x} ${y}C${x} ${top} ${toX} ${top} ${toX} ${y}`;
    }
    let path = `M${x} ${y}`;
    points.slice(1).forEach(([toX, toY], at) => {
      const middle = (x + toX) / 2;
      path += at % 2 ? `L${toX} ${toY}` : `C${middle} ${y} ${middle} ${toY} ${toX} ${toY}`;
      [x, y] = [toX, toY];
    });
    return path;
  }

  function place() {
    groups.forEach((group, index) => {
      const node = data.nodes[index];
      const [x, y] = shifted(node.x, node.y);
      group.setAttribute("transform", `translate(${x} ${y})`);
    });
    frames.forEach((frame, index) => {
      const [left, top, width, height] = data.frames[index].at;
      const [x, y] = shifted(left, top);
      const [endX, endY] = shifted(left + width, top + height);
      frame.setAttribute("transform", `translate(${x} ${y})`);
      frame.querySelector("rect").setAttribute("width", endX - x);
      frame.querySelector("rect").setAttribute("height", endY - y);
    });
    lines.forEach((line, index) => {
      line.querySelector("path").setAttribute("d", curve(data.links[index]));
      if (!labels[index]) return;
      const [x, y] = shifted(...labelPlaces[index]);
      labels[index].setAttribute("x", x);
      labels[index].setAttribute("y", y);
    });
  }

  function fold(index) {
    const opening = !open.has(index);
    if (opening) open.add(index); else open.delete(index);
    const group = groups[index];
    const inside = document.getElementById("in" + index);
    const [width, height] = data.nodes[index].inside;
    group.classList.toggle("open", opening);
    inside.setAttribute("visibility", opening ? "visible" : "hidden");
    if (opening) inside.removeAttribute("display"); else inside.setAttribute("display", "none");
    const body = group.querySelector(".body");
    body.setAttribute("width", opening ? Math.max(width, WIDTH) : WIDTH);
    body.setAttribute("height", opening ? Math.max(height, HEIGHT) : HEIGHT);
    group.querySelector(".stripe").setAttribute("height", opening ? Math.max(height, HEIGHT) : HEIGHT);
    group.querySelector(".fold text").textContent = opening ? "\u2212" : "+";
    group.querySelector(".fold").setAttribute("aria-expanded", opening);
    place();
  }

  // --- moving about ---

  function show() {
    world.setAttribute("transform", `translate(${view.x} ${view.y}) scale(${view.scale})`);
    svg.classList.toggle("far", view.scale < 0.72);
  }

  function extent(of) {
    let [x0, y0, x1, y1] = [Infinity, Infinity, -Infinity, -Infinity];
    for (const index of of) {
      const node = data.nodes[index];
      const [x, y] = shifted(node.x, node.y);
      const size = open.has(index) ? node.inside : [WIDTH, HEIGHT];
      [x0, y0] = [Math.min(x0, x), Math.min(y0, y)];
      [x1, y1] = [Math.max(x1, x + Math.max(size[0], WIDTH)), Math.max(y1, y + Math.max(size[1], HEIGHT))];
    }
    if (!data.frames.length) return [x0, y0, x1, y1];
    return of.length === 1 ? [x0, y0, x1, y1] : [x0 - 24, y0 - 48, x1 + 24, y1 + 24];
  }

  function fit(of, closest) {
    if (!of.length) return;
    const [x0, y0, x1, y1] = extent(of);
    const room = svg.getBoundingClientRect();
    const scale = Math.min((room.width - 50) / (x1 - x0), (room.height - 70) / (y1 - y0), closest);
    view.scale = Math.max(scale, 0.04);
    view.x = (room.width - (x0 + x1) * view.scale) / 2;
    view.y = (room.height - (y0 + y1) * view.scale) / 2;
    show();
  }

  function zoom(factor, x, y) {
    const scale = Math.min(4, Math.max(0.04, view.scale * factor));
    view.x = x - (x - view.x) * (scale / view.scale);
    view.y = y - (y - view.y) * (scale / view.scale);
    view.scale = scale;
    show();
  }

  const visible = () => groups.flatMap((g, index) => (g.classList.contains("off") ? [] : [index]));
  const whole = () => fit(visible(), 1.15);
  // A picture that would be too small to read begins at the source beside which most is seen.
  function start() {
    whole();
    if (view.scale >= 0.5) return;
    const scale = 0.75;
    const shown = visible();
    const places = new Map(shown.map((index) => [index, shifted(data.nodes[index].x, data.nodes[index].y)]));
    const [x0, y0, x1, y1] = extent(shown);
    const room = svg.getBoundingClientRect();
    const [width, height] = [room.width / scale, room.height / scale];
    // No more room is left beside the picture than beside one that fits.
    const inside = (wanted, low, high) => Math.max(low, Math.min(wanted, Math.max(low, high)));
    const led = new Set(data.links.map((link) => link.t));
    const sources = shown.filter((index) => !led.has(index) && data.links.some((link) => link.s === index));
    let [most, best] = [-1, [x0, y0]];
    for (const index of sources.length ? sources : shown) {
      const [x, y] = places.get(index);
      const left = inside(x - 80, x0 - 33, x1 + 33 - width);
      const top = inside(y - height / 2, y0 - 33, y1 + 47 - height);
      let count = 0;
      for (const [atX, atY] of places.values()) {
        if (atX >= left && atX + WIDTH <= left + width && atY >= top && atY + HEIGHT <= top + height) count += 1;
      }
      if (count > most) [most, best] = [count, [left, top]];
    }
    Object.assign(view, { scale, x: -best[0] * scale, y: -best[1] * scale });
    show();
  }
  const centre = (factor) => {
    const room = svg.getBoundingClientRect();
    zoom(factor, room.width / 2, room.height / 2);
  };

  function unfold(index) {
    fold(index);
    if (open.has(index)) {
      fit([index], 1.1);
      if (view.scale < 0.6) {
        const [x, y] = shifted(data.nodes[index].x, data.nodes[index].y);
        const room = svg.getBoundingClientRect();
        const left = Math.max(20, (room.width - data.nodes[index].inside[0] * 0.75) / 2);
        Object.assign(view, { scale: 0.75, x: left - x * 0.75, y: 20 - y * 0.75 });
        show();
      }
    } else {
      start();
    }
    if (picked === index) details(index);
  }

  svg.addEventListener("wheel", (event) => {
    event.preventDefault();
    const room = svg.getBoundingClientRect();
    const step = event.deltaMode === 1 ? event.deltaY * 20 : event.deltaY;
    zoom(Math.exp(-step * 0.0016), event.clientX - room.left, event.clientY - room.top);
  }, { passive: false });

  const fingers = new Map();
  let moved = 0;
  svg.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    if (!fingers.size) moved = 0;
    fingers.set(event.pointerId, [event.clientX, event.clientY]);
  });
  addEventListener("pointermove", (event) => {
    const before = fingers.get(event.pointerId);
    if (!before) return;
    const now = [event.clientX, event.clientY];
    const other = [...fingers].find(([id]) => id !== event.pointerId);
    moved += Math.abs(now[0] - before[0]) + Math.abs(now[1] - before[1]);
    if (moved > 4) svg.classList.add("moving");
    if (other) {
      const apart = ([x, y]) => Math.hypot(x - other[1][0], y - other[1][1]) || 1;
      const room = svg.getBoundingClientRect();
      zoom(apart(now) / apart(before), other[1][0] - room.left, other[1][1] - room.top);
    } else {
      view.x += now[0] - before[0];
      view.y += now[1] - before[1];
      show();
    }
    fingers.set(event.pointerId, now);
  });
  const lift = (event) => {
    fingers.delete(event.pointerId);
    svg.classList.remove("moving");
  };
  addEventListener("pointerup", lift);
  addEventListener("pointercancel", lift);

  // --- what is told beside the picture ---

  function toNode(index, words) {
    const button = make("button", words, "plain");
    button.type = "button";
    button.addEventListener("click", () => pick(index, true));
    return button;
  }

  function card(found, index) {
    const box = make("div", undefined, "card " + found.sev);
    const head = make("p");
    head.append(make("span", found.sev, "sev " + found.sev), " " + found.id + " " + found.name);
    box.append(head, make("p", found.text));
    if (index !== undefined) {
      const go = make("p");
      go.append(toNode(index, data.nodes[index].name));
      box.append(go);
      return box;
    }
    box.append(make("p", [found.place, found.pillar, found.evidence].filter(Boolean).join(" \u00b7 "), "quiet"));
    if (found.when) box.append(make("p", "when " + found.when, "quiet"));
    if (found.why) box.append(make("p", found.why));
    if (found.do) box.append(make("pre", found.do));
    if (found.more.startsWith("https://")) {
      const link = make("a", "reference");
      link.href = found.more;
      link.rel = "noreferrer noopener";
      box.append(link);
    }
    return box;
  }

  function overview() {
    const severities = chosen("severities");
    right.replaceChildren(make("h2", "Findings"));
    let count = 0;
    for (const wanted of ["error", "warning", "info"]) {
      data.nodes.forEach((node, index) => {
        if (groups[index].classList.contains("off")) return;
        for (const found of node.found) {
          if (found.sev !== wanted || !severities.has(node.sev)) continue;
          count += 1;
          right.append(card(found, index));
        }
      });
    }
    if (data.others.length) right.append(make("h3", "Elsewhere"));
    for (const found of data.others) right.append(card(found));
    if (!count && !data.others.length) right.append(make("p", "Nothing was found.", "quiet"));
    right.append(make("p", "Click a box for what is known of it.", "quiet"));
  }

  function connections(title, index, mine, other) {
    const here = data.links.filter((link) => link[mine] === index);
    if (!here.length) return;
    right.append(make("h3", title));
    const table = make("table");
    for (const link of here) {
      const row = table.insertRow();
      row.insertCell().append(toNode(link[other], data.nodes[link[other]].name));
      row.insertCell().textContent = link.label + (link.sure ? "" : " (only granted or named)");
    }
    right.append(table);
  }

  function details(index) {
    const node = data.nodes[index];
    right.replaceChildren(make("h2", node.name));
    right.append(make("div", [node.type || node.kind, node.note].filter(Boolean).join(" \u00b7 "), "quiet"));
    if (node.place) right.append(make("div", node.place, "quiet"));
    if (node.inside) {
      const button = make("button", open.has(index) ? "Fold the states" : "Unfold the states");
      button.type = "button";
      button.addEventListener("click", () => unfold(index));
      right.append(button);
    }
    if (node.found.length) right.append(make("h3", "Findings"));
    for (const found of node.found) right.append(card(found));
    connections("What leads here", index, "t", "s");
    connections("Where it leads", index, "s", "t");
    if (node.values.length) {
      right.append(make("h3", "Properties"));
      const table = make("table");
      for (const [name, value, why] of node.values) {
        const row = table.insertRow();
        row.insertCell().textContent = name;
        const cell = row.insertCell();
        cell.textContent = value + (why ? " " : "");
        if (why) cell.append(make("span", "(" + why + ")", "quiet"));
      }
      right.append(table);
      if (node.more) right.append(make("p", node.more + " more", "quiet"));
    }
    right.scrollTop = 0;
  }

  function pick(index, go) {
    picked = index;
    const near = new Set([index]);
    lines.forEach((line, at) => {
      const link = data.links[at];
      const touches = index >= 0 && (link.s === index || link.t === index);
      line.classList.toggle("near", touches);
      if (touches) near.add(link.s).add(link.t);
    });
    groups.forEach((group, at) => {
      group.classList.toggle("picked", at === index);
      faces[at].setAttribute("aria-pressed", at === index);
    });
    fade(index < 0 ? null : near);
    if (index < 0) overview(); else details(index);
    if (go && index >= 0 && !groups[index].classList.contains("off")) fit([...near], 1);
  }

  function fade(bright) {
    groups.forEach((group, at) => group.classList.toggle("faded", bright !== null && !bright.has(at)));
    lines.forEach((line, at) => {
      const link = data.links[at];
      line.classList.toggle("faded", bright !== null && !(bright.has(link.s) && bright.has(link.t)));
    });
  }

  svg.addEventListener("click", (event) => {
    if (moved > 4) return;
    const knob = event.target.closest("[data-fold]");
    if (knob) return unfold(+knob.dataset.fold);
    const group = event.target.closest("[data-n]");
    pick(group ? +group.dataset.n : -1, false);
  });
  svg.addEventListener("keydown", (event) => {
    const knob = event.target.closest("[data-fold]");
    const group = event.target.closest("[data-n]");
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      if (knob) unfold(+knob.dataset.fold); else if (group) pick(+group.dataset.n, false);
    } else if (group && event.key.startsWith("Arrow")) {
      event.preventDefault();
      step(+group.dataset.n, event.key.slice(5));
    }
  });

  // Left and right follow events, up and down go to what lies there.
  function step(index, way) {
    const [mine, other] = way === "Right" ? ["s", "t"] : ["t", "s"];
    let next;
    if (way === "Left" || way === "Right") {
      next = data.links.filter((link) => link[mine] === index).map((link) => link[other]);
    } else {
      const here = data.nodes[index];
      const sign = way === "Down" ? 1 : -1;
      const apart = (at) => (data.nodes[at].y - here.y) * sign + Math.abs(data.nodes[at].x - here.x) * 3;
      next = visible().filter((at) => (data.nodes[at].y - here.y) * sign > 0).sort((a, b) => apart(a) - apart(b));
    }
    const to = next.find((at) => at !== index && !groups[at].classList.contains("off"));
    if (to === undefined) return;
    faces[to].focus({ preventScroll: true });
    reveal(to);
  }

  // Moves the picture only as far as it must.
  function reveal(index) {
    const room = svg.getBoundingClientRect();
    const [x, y] = shifted(data.nodes[index].x, data.nodes[index].y).map((each) => each * view.scale);
    view.x = Math.min(Math.max(view.x, 40 - x), room.width - 40 - WIDTH * view.scale - x);
    view.y = Math.min(Math.max(view.y, 40 - y), room.height - 60 - HEIGHT * view.scale - y);
    show();
  }
  faces.forEach((face, index) => face.addEventListener("focus", () => {
    if (face.matches(":focus-visible")) reveal(index);
  }));

  // --- search and filters ---

  const find = document.getElementById("find");
  const list = document.getElementById("list");

  function boxes(id, values, name) {
    const field = document.getElementById(id);
    for (const [value, count] of values) {
      const label = make("label");
      const input = make("input");
      input.type = "checkbox";
      input.checked = true;
      input.value = value;
      input.addEventListener("change", filter);
      label.append(input, name(value), make("span", count, "n"));
      field.append(label);
    }
    if (values.length < 2) field.hidden = true;
  }

  function counted(key) {
    const counts = new Map();
    for (const node of data.nodes) counts.set(node[key], (counts.get(node[key]) || 0) + 1);
    return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  }

  const chosen = (id) => new Set([...document.querySelectorAll(`#${id} input:checked`)].map((input) => input.value));

  function filter() {
    const [kinds, severities, stacks] = [chosen("kinds"), chosen("severities"), chosen("stacks")];
    const words = find.value.trim().toLowerCase();
    const matches = [];
    data.nodes.forEach((node, index) => {
      const shown = kinds.has(node.kind) && severities.has(node.sev) && stacks.has(node.stack);
      groups[index].classList.toggle("off", !shown);
      const text = [node.name, node.type, node.kind, ...node.found.map((f) => f.id + " " + f.name)];
      if (shown && text.join(" ").toLowerCase().includes(words)) matches.push(index);
    });
    frames.forEach((frame, at) => {
      const name = data.frames[at].stack;
      frame.classList.toggle("off", !data.nodes.some((node, index) =>
        node.stack === name && !groups[index].classList.contains("off")));
    });
    lines.forEach((line, at) => {
      const link = data.links[at];
      const gone = [link.s, link.t].some((end) => groups[end].classList.contains("off"));
      line.classList.toggle("off", gone);
    });
    list.replaceChildren();
    for (const index of matches) {
      const item = make("li");
      const button = make("button", data.nodes[index].name);
      button.type = "button";
      button.title = data.nodes[index].name + " \u00b7 " + data.nodes[index].kind;
      button.addEventListener("click", () => pick(index, true));
      item.append(button);
      list.append(item);
    }
    document.getElementById("matches").textContent = `${matches.length} of ${data.nodes.length}`;
    if (picked < 0) {
      fade(words ? new Set(matches) : null);
      overview();
    }
    return matches;
  }

  find.addEventListener("input", () => {
    if (picked >= 0) pick(-1, false);
    const matches = filter();
    if (find.value.trim() && matches.length) fit(matches, 1); else whole();
  });
  find.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    const matches = filter();
    if (matches.length) pick(matches[0], true);
  });
  addEventListener("keydown", (event) => {
    if (event.key === "/" && document.activeElement !== find) {
      event.preventDefault();
      find.focus();
    } else if (event.key === "Escape") {
      find.value = "";
      pick(-1, false);
      filter();
    }
  });

  boxes("severities", counted("sev"), (value) => value || "nothing found");
  boxes("kinds", counted("kind"), (value) => value);
  const stackNames = new Map(data.frames.map((frame) => [frame.stack, frame.name]));
  boxes("stacks", counted("stack"), (value) => stackNames.get(value) || value || "outside");
  document.getElementById("nearer").addEventListener("click", () => centre(1.3));
  document.getElementById("farther").addEventListener("click", () => centre(1 / 1.3));
  document.getElementById("whole").addEventListener("click", whole);
  document.getElementById("theme").addEventListener("click", () => {
    const root = document.documentElement;
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
  });
  if (matchMedia("(max-width: 1000px)").matches) document.getElementById("filters").open = false;
  spell();
  filter();
  start();
  addEventListener("resize", start);
})();
