// The one thing that a page cannot do by itself: open the browser's own print window.
document.addEventListener("click", (event) => event.target.closest("[data-print]") && print());
