// Runs before the first paint, so that a dark page does not flash white. A file of its own because the
// content security policy allows no inline script. Key and attribute are Mantine's.
;(() => {
  let choice = null
  try {
    choice = localStorage.getItem('mantine-color-scheme-value')
  } catch (error) {
    // biome-ignore lint/suspicious/noConsole: the page works on, in the colours of the system.
    console.warn('The colour scheme cannot be read:', error)
  }
  const dark = choice === 'dark' || (choice !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light')
})()
