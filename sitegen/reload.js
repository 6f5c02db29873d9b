// Added to every page by `sitegen serve`: loads the page again when another build than its own is shown.
(() => {
  const { build } = document.currentScript.dataset;
  let stream = null;
  const close = () => {
    stream?.close();
    stream = null;
  };
  const open = () => {
    if (stream || document.hidden) return;
    stream = new EventSource("/_sitegen/events");
    stream.addEventListener("reload", ({ data }) => {
      if (data !== build) location.reload();
    });
  };
  // A browser allows six connections to a host: pages that nobody sees must not hold one.
  document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
  addEventListener("pagehide", close);
  addEventListener("pageshow", open);
})();
