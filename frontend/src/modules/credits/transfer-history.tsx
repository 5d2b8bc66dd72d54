import type { Transfer } from '@fairlead/proto/web/fairlead/credits/v1/transfers'
import { Text } from '@mantine/core'
import { Panel } from '../../ui/panel'
import { Head } from './transfer-comments'
import classes from './transfer-talk.module.css'
import { transferStepLabel } from './transfer-words'

/** Who did what, the latest first. */
export function TransferHistory({ transfer }: { transfer: Transfer }) {
  return (
    <Panel title="History">
      <ol className={classes.list} aria-label="History of the transfer">
        {transfer.steps
          .map((step, index) => ({ ...step, index }))
          .reverse()
          .map(({ index, action, userDisplayName, organizationDisplayName, time, reason }) => (
            <li key={index}>
              <Text size="sm" fw={600}>
                {transferStepLabel(action)}
              </Text>
              <Head who={userDisplayName} organization={organizationDisplayName} time={time} />
              {reason !== '' && <p className={classes.quote}>{reason}</p>}
            </li>
          ))}
      </ol>
    </Panel>
  )
}
