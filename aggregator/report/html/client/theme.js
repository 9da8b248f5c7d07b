// Light or dark: the system's choice until the reader makes one.
import { say } from './status.js'

const root = document.documentElement
const dark = matchMedia('(prefers-color-scheme: dark)')
const probe = document.createElement('span')
probe.hidden = true
// Where colours are forced, the page chooses among them itself.
probe.style.forcedColorAdjust = 'none'
document.body.append(probe)

/** A colour of the stylesheet as a canvas understands it. */
export function color(name, alpha = 1) {
  probe.style.color = `var(--${name})`
  const solid = getComputedStyle(probe).color
  return alpha === 1 ? solid : solid.replace('rgb(', 'rgba(').replace(')', `, ${alpha})`)
}

function isDark() {
  return root.dataset.theme ? root.dataset.theme === 'dark' : dark.matches
}

function remember(theme) {
  try {
    localStorage.setItem('volley-theme', theme)
  } catch {
    // Without storage the choice lasts as long as the page.
  }
}

/** Wires the theme button; `repaint` is called whenever colours have changed. */
export function followTheme(button, repaint) {
  const show = () => {
    button.textContent = isDark() ? 'light' : 'dark'
    button.setAttribute('aria-label', `Switch to the ${button.textContent} theme`)
    repaint()
  }
  button.hidden = false
  button.addEventListener('click', () => {
    root.dataset.theme = isDark() ? 'light' : 'dark'
    remember(root.dataset.theme)
    show()
    say(`The theme is ${root.dataset.theme}.`)
  })
  dark.addEventListener('change', show)
  printLight(repaint)
  show()
}

/** Paper is light, whatever the screen is. */
function printLight(repaint) {
  let chosen
  addEventListener('beforeprint', () => {
    chosen = root.dataset.theme
    root.dataset.theme = 'light'
    repaint()
  })
  addEventListener('afterprint', () => {
    if (chosen) root.dataset.theme = chosen
    else delete root.dataset.theme
    repaint()
  })
}
