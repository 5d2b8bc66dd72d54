import type { SignedDeclaration, Transfer } from '@fairlead/proto/web/fairlead/credits/v1/transfers'
import { Panel } from '../../ui/panel'
import { Head } from './transfer-comments'
import classes from './transfer-talk.module.css'

/** What people agreed to, person by person, with the text as it was. */
export function SignedDeclarations({ transfer }: { transfer: Transfer }) {
  if (transfer.signedDeclarations.length === 0) return null
  const people = Map.groupBy(
    transfer.signedDeclarations,
    ({ organization, userDisplayName }) => `${organization} ${userDisplayName}`,
  )
  return (
    <Panel title="Declarations">
      <ul className={classes.list}>
        {[...people].map(([person, signed]) => (
          <li key={person}>
            <Person signed={signed} transfer={transfer} />
          </li>
        ))}
      </ul>
    </Panel>
  )
}

function Person({ signed, transfer }: { signed: readonly SignedDeclaration[]; transfer: Transfer }) {
  const [first] = signed
  if (first === undefined) return null
  const side = first.organization === transfer.seller ? transfer.sellerDisplayName : transfer.buyerDisplayName
  return (
    <>
      <Head who={first.userDisplayName} organization={side} time={first.time} />
      {signed.map(({ text }) => (
        <p key={text} className={classes.quote}>
          {text}
        </p>
      ))}
    </>
  )
}
