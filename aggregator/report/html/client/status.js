// What changed on the page, for readers who hear it instead of seeing it.

const region = document.getElementById('status')

export function say(text) {
  region.textContent = text
}
