import type { Transfer } from '@fairlead/proto/web/fairlead/credits/v1/transfers'
import { Text } from '@mantine/core'
import { Panel } from '../../ui/panel'
import { RelativeTime } from '../../ui/relative-time'
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
              <div className={classes.head}>
                <span className={classes.person}>
                  {userDisplayName || organizationDisplayName || 'Fairlead'}
                </span>
                {userDisplayName !== '' && <span>{organizationDisplayName}</span>}
                <RelativeTime time={time} />
              </div>
              {reason !== '' && <p className={classes.quote}>{reason}</p>}
            </li>
          ))}
      </ol>
    </Panel>
  )
}
