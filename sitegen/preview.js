// Added to every page by `sitegen serve`: loads the page again when it is not what it was, and lays over it what has to
// be mended before there can be a newer one. All words come as data and become text, never markup.
(() => {
  const { mark } = document.currentScript.dataset;
  const query = new URLSearchParams({ path: location.pathname, mark });
  const STYLE = `
    :host { all: initial }
    section { position: fixed; inset: auto 0 0; z-index: 2147483647; max-block-size: 60vh; overflow: auto;
      box-sizing: border-box; padding: 1rem clamp(1rem, 4vw, 2.5rem); font: 15px/1.5 system-ui, sans-serif;
      color: #1d1b19; background: #fffaf5; border-block-start: 4px solid #b3261e; color-scheme: light dark;
      box-shadow: 0 -2px 24px rgb(0 0 0 / .25) }
    h2 { margin: 0 0 .5rem; font-size: 1rem }
    ol { margin: 0; padding: 0; list-style: none; display: grid; gap: .9rem }
    b { color: #b3261e; font: inherit; font-weight: 600 }
    a { color: #00529b }
    p { margin: 0; overflow-wrap: anywhere }
    pre { margin: .25rem 0; padding: .4rem .6rem; overflow-x: auto; background: #f3e9df;
      font: 13px/1.5 ui-monospace, monospace }
    small { font-size: .9em }
    @media (prefers-color-scheme: dark) {
      section { color: #eae6e1; background: #231c19; border-color: #ff897d }
      b { color: #ff897d } a { color: #9ecaff } pre { background: #362c27 }
    }`;
  let stream = null;
  let shown = "[]";
  let host = null;

  const make = (name, text, ...children) => {
    const element = document.createElement(name);
    if (text) element.textContent = text;
    element.append(...children);
    return element;
  };
  const place = ({ place, link }) => {
    if (!link) return make("span", place);
    const anchor = make("a", place);
    anchor.href = link;
    return anchor;
  };
  const item = (fault) =>
    make(
      "li",
      "",
      make("p", "", make("b", fault.title), ` ${fault.message}`),
      ...(fault.place ? [make("p", "", place(fault))] : []),
      ...(fault.line ? [make("pre", fault.line)] : []),
      ...(fault.help ? [make("small", fault.help)] : []),
    );
  const show = (data) => {
    if (data === shown) return;
    shown = data;
    host?.remove();
    const faults = JSON.parse(data);
    if (!faults.length) return;
    host = make("div");
    const root = host.attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet];
    const section = make("section", "", make("h2", "What you saved is shown once this is mended:"));
    section.lang = "en";
    section.setAttribute("role", "alert");
    section.append(make("ol", "", ...faults.map(item)));
    root.append(section);
    document.documentElement.append(host);
  };

  const close = () => {
    stream?.close();
    stream = null;
  };
  const open = () => {
    if (stream || document.hidden) return;
    stream = new EventSource(`/_sitegen/events?${query}`);
    stream.addEventListener("same", ({ data }) => show(data));
    stream.addEventListener("changed", () => location.reload());
  };
  // A browser allows six connections to a host: pages that nobody sees must not hold one.
  document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
  addEventListener("pagehide", close);
  addEventListener("pageshow", open);
})();
