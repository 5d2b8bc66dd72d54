import type { Transfer } from '@fairlead/proto/web/fairlead/credits/v1/transfers'
import { Panel } from '../../ui/panel'
import { Head } from './transfer-comments'
import classes from './transfer-talk.module.css'
import { partnerOf } from './turn'

/** What people agreed to, with the text as it was. */
export function SignedDeclarations({ transfer, organization }: { transfer: Transfer; organization: string }) {
  if (transfer.signedDeclarations.length === 0) return null
  const ours = transfer.seller === organization ? transfer.sellerDisplayName : transfer.buyerDisplayName
  return (
    <Panel title="Declarations">
      <ul className={classes.list}>
        {transfer.signedDeclarations.map(({ text, userDisplayName, organization: side, time }) => (
          <li key={`${side} ${userDisplayName} ${text}`}>
            <Head
              who={userDisplayName}
              organization={side === organization ? ours : partnerOf(transfer, organization).displayName}
              time={time}
            />
            <p className={classes.quote}>{text}</p>
          </li>
        ))}
      </ul>
    </Panel>
  )
}
