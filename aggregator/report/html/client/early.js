// Runs before the first paint, so that a reader's choice of theme does not flash.
try {
  const theme = localStorage.getItem('volley-theme')
  if (theme) document.documentElement.dataset.theme = theme
} catch {
  // A page that was opened from a file may have no storage: the system's theme it is.
}
