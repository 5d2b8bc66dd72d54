// Loaded before a program: at SIGUSR2 it fills the heap until Node gives up.
process.on('SIGUSR2', () => {
  const kept: unknown[] = []
  for (;;) kept.push(new Array(1_000).fill({}))
})
