function markOverflow() {
  for (const box of document.querySelectorAll(".scroll")) {
    box.classList.toggle("overflows", box.scrollWidth > box.clientWidth + 1);
  }
}

for (const box of document.querySelectorAll(".scroll")) {
  const cue = document.createElement("p");
  cue.className = "swipe";
  cue.textContent = "{{ _("Wider than the page: scroll sideways") }} \u2192";
  box.before(cue);
}
addEventListener("resize", markOverflow);
for (const part of document.querySelectorAll("details")) part.addEventListener("toggle", markOverflow);
markOverflow();
