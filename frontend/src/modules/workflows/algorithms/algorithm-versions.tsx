import type { Algorithm } from '@fairlead/proto/web/fairlead/workflows/v1/algorithms'
import { Text } from '@mantine/core'
import { Link } from 'react-router'
import type { CurrentOrganization } from '../../../app/organization'
import { Panel } from '../../../ui/panel'
import { RelativeTime } from '../../../ui/relative-time'
import { algorithmAddress } from '../algorithm-reference'
import { AlgorithmStateTag } from '../algorithm-state-tag'
import classes from './algorithm-versions.module.css'

interface AlgorithmVersionsProps {
  readonly versions: readonly Algorithm[]
  readonly shown: Algorithm
  readonly organization: CurrentOrganization
}

/** Leads between the versions of an algorithm, the latest first. */
export function AlgorithmVersions({ versions, shown, organization }: AlgorithmVersionsProps) {
  return (
    <Panel title="Versions" flush>
      <ul className={classes.versions}>
        {versions.map((version) => (
          <li key={version.name}>
            <Link
              to={algorithmAddress(organization.path, version.name)}
              className={classes.version}
              aria-current={version.name === shown.name ? 'page' : undefined}
            >
              <span className="mono">@{version.version}</span>
              <AlgorithmStateTag state={version.state} />
              <Text span size="xs" c="dimmed" ml="auto">
                <RelativeTime time={version.createTime} />
              </Text>
            </Link>
          </li>
        ))}
      </ul>
    </Panel>
  )
}
