import fc from 'fast-check'

/**
 * Property tests draw the same cases in every run, so that a change is judged by what it changes.
 * FAIRLEAD_SEED=NUMBER draws others.
 */
fc.configureGlobal({ seed: Number(process.env['FAIRLEAD_SEED'] ?? 1) })
