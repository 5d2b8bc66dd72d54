/** What `npm run explain` prints. A test holds it to the scripts of package.json. */
export const commands = [
  ['npm start', 'Install what is missing, start everything, print the address'],
  ['npm run dev', 'The same with hot reload'],
  ['npm test', 'All tests: unit and integration, then end to end (--unit or --e2e for a half)'],
  ['npm run test:cluster', 'What needs a real Kubernetes: deploys images to one and tests them there'],
  ['npm run token -- alice', 'Print an access token of a demo user of the running Fairlead'],
  [
    'npm run datasets -- register PATH...',
    'Register FITS images ([--id ID] [--organization NAME]; also list, remove ID)',
  ],
  ['npm run migrate', 'Bring the database of FAIRLEAD_DATABASE_URL to the newest schema'],
  ['npm run images', 'Build the images, and print how large they are ([--tag TAG] [NAME...])'],
  ['npm run secrets -- dev', 'Make the secrets of an environment on Kubernetes, for this machine'],
  ['npm run deploy -- dev', 'Deploy an environment to Kubernetes, and wait until it runs'],
  ['npm run generate', 'Write proto/gen anew from the .proto files'],
  ['npm run bench', 'Measure speed and memory against references'],
  ['npm run lint', 'Check style and the proto files (format repairs the style)'],
  ['npm run typecheck', 'Check types'],
  ['npm run unused', 'Find unused files, exports and dependencies'],
  ['npm run layering', 'Check which module imports which'],
  ['npm run build', 'Build the web pages'],
  ['npm run size', 'Check the web pages against their size budget'],
]

export function explain() {
  const width = Math.max(...commands.map(([command]) => command.length))
  const lines = commands.map(([command, what]) => `  ${command.padEnd(width)}  ${what}`)
  return `Fairlead's commands\n\n${lines.join('\n')}\n\nSettings: FAIRLEAD_HOME (.fairlead) holds the state, FAIRLEAD_PORT (10000) is the address; see dev/README.md.\n`
}
