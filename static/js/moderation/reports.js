// The page of open reports stays true by itself (static/js/forums/live.js); what somebody is writing about one stays with it.

const cases = document.getElementById("cases");

/** @param {Element} item */
function isBegun(item) {
  return [...item.querySelectorAll("input")].some((field) => field.type !== "hidden" && field.value !== field.defaultValue);
}

cases?.addEventListener("input", (event) => {
  const item = event.target instanceof Element ? event.target.closest(".case") : null;
  item?.toggleAttribute("data-keep", isBegun(item));
});
