// The layering of docs/architecture.md, as rules.
const modules = 'identity|datasets|jobs|credits|files|locations|notifications|workflows'
const tests = '[.]test[.]tsx?$|/testing/'

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      from: { pathNot: tests },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-unresolvable',
      severity: 'error',
      comment: 'Packages of types alone have nothing to load; the compiler finds them.',
      from: {},
      to: { couldNotResolve: true, pathNot: '^(geojson|topojson-specification)$' },
    },
    {
      name: 'module-surface',
      comment: 'A module is used through its index.ts, or its service; never past it.',
      severity: 'error',
      from: { path: `^backend/src/modules/(${modules})/`, pathNot: tests },
      to: {
        path: `^backend/src/modules/(${modules})/`,
        pathNot: [`^backend/src/modules/$1/`, `^backend/src/modules/(${modules})/index[.]ts$`],
      },
    },
    {
      name: 'store-below-service',
      comment: 'handler -> service -> store: a store knows neither of the other two.',
      severity: 'error',
      from: { path: '^backend/src/modules/.*/[a-z-]*store[.]ts$' },
      to: { path: '^backend/src/modules/.*/[a-z-]*(handler|service)[.]ts$' },
    },
    {
      name: 'service-below-handler',
      severity: 'error',
      from: { path: '^backend/src/modules/.*/[a-z-]*service[.]ts$' },
      to: { path: '^backend/src/modules/.*/[a-z-]*handler[.]ts$' },
    },
    {
      name: 'handler-not-to-store',
      severity: 'error',
      from: { path: '^backend/src/modules/.*/[a-z-]*handler[.]ts$' },
      to: { path: '^backend/src/modules/.*/[a-z-]*store[.]ts$', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'agent-alone',
      comment: 'Its image holds nothing else of the backend, and no packages.',
      severity: 'error',
      from: { path: '^backend/src/agent/', pathNot: tests },
      to: { pathNot: '^backend/src/agent/', dependencyTypesNot: ['core'] },
    },
    {
      name: 'adapters-by-entry-points-only',
      comment: 'An adapter is chosen by settings, in an entry point and nowhere else.',
      severity: 'error',
      from: {
        path: '^backend/src/(modules|server|ports|errors|fits|imaging|ivoa|votable|outbox)/',
        pathNot: tests,
      },
      to: { path: '^backend/src/adapters/' },
    },
    {
      name: 'fits-is-free',
      comment: 'backend/src/fits and backend/src/imaging stand alone: they import nothing of the rest.',
      severity: 'error',
      from: { path: '^backend/src/(fits|imaging)/' },
      to: { path: '^backend/src/', pathNot: '^backend/src/(fits|imaging)/' },
    },
    {
      name: 'votable-is-free',
      severity: 'error',
      from: { path: '^backend/src/votable/', pathNot: tests },
      to: { path: '^backend/src/', pathNot: '^backend/src/votable/' },
    },
    {
      name: 'ivoa-has-no-rules',
      comment: 'Other protocols go through the methods and the surfaces of modules, never past them.',
      severity: 'error',
      from: { path: '^backend/src/ivoa/', pathNot: tests },
      to: {
        path: '^backend/src/(modules/|database/|adapters/)',
        pathNot: `^backend/src/modules/(${modules})/index[.]ts$`,
      },
    },
    {
      name: 'frontend-uses-wcs-and-imaging-only',
      severity: 'error',
      from: { path: '^frontend/', pathNot: '^frontend/server/' },
      to: { path: '^backend/', pathNot: '^backend/src/(fits/wcs|fits|imaging)/' },
    },
    {
      name: 'frontend-server-receives-pushes-only',
      comment:
        'The pages’ server holds no database rights and knows of the backend only what it pushes, and how it traces.',
      severity: 'error',
      from: { path: '^frontend/server/', pathNot: tests },
      to: { path: '^backend/', pathNot: '^backend/src/(adapters/push/|ports/push[.]ts|tracing/)' },
    },
    {
      name: 'no-server-code-in-the-browser',
      severity: 'error',
      from: { path: '^frontend/src/', pathNot: tests },
      to: { path: '^(frontend/server|dev|backend/src/(server|modules|adapters|ports|database))/' },
    },
    {
      name: 'ports-are-leaves',
      severity: 'error',
      from: { path: '^backend/src/ports/' },
      to: { path: '^backend/src/(modules|adapters|server)/' },
    },
    {
      name: 'product-not-to-tools',
      severity: 'error',
      from: { path: '^(backend|frontend)/', pathNot: tests },
      to: { path: '^(dev|e2e|bench)/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(node_modules|dist|gen)/' },

    combinedDependencies: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node'],
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.json'],
    },
    parser: 'swc',
  },
}
