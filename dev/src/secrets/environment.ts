import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Refusal } from '../refusal.ts'

export interface Environment {
  name: string
  namespace: string
  /** Where its secrets are kept; git ignores it. */
  folder: string
}

/** The overlay of that name, if it is one whose servers run beside it, with passwords that we may choose. */
export function environmentNamed(overlays: string, name: string | undefined): Environment {
  const names = readdirSync(overlays).filter((each) => /^dev\d*$/.test(each))
  if (name === 'production') {
    throw new Refusal(
      'The secrets of production are those of your database, broker and store: see k8s/overlays/production/README.md for how they get into the cluster.',
    )
  }
  if (name === undefined || !names.includes(name)) {
    const problem = name === undefined ? 'An environment is missing' : `There is no environment "${name}"`
    throw new Refusal(`${problem}; name one of ${names.join(', ')}, as in: npm run secrets -- dev`)
  }
  return { name, namespace: namespaceOf(join(overlays, name)), folder: join(overlays, name, 'secrets') }
}

function namespaceOf(overlay: string): string {
  const file = join(overlay, 'kustomization.yaml')
  const text = existsSync(file) ? readFileSync(file, 'utf8') : ''
  // Of everything, or by a transformer that leaves what has another where it is.
  const [, namespace] = /(?:^|, )namespace: (\S+)/m.exec(text) ?? []
  if (namespace === undefined)
    throw new Refusal(`${file} names no namespace; add a line such as namespace: fairlead-dev`)
  return namespace
}
