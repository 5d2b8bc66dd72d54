import type { WorkflowSpec } from '@fairlead/proto/web/fairlead/workflows/v1/workflows'
import { Text } from '@mantine/core'
import { Panel } from '../../../ui/panel'
import { Tag } from '../../../ui/tag'
import classes from './workflow-interface.module.css'

/** What a run is given. */
export function WorkflowInterface({ spec: { inputs, parameters } }: { spec: WorkflowSpec }) {
  if (inputs.length === 0 && parameters.length === 0) return null
  return (
    <Panel title="What a run is given" flush>
      <ul className={classes.list}>
        {inputs.map(({ name, description, optional }) => (
          <li key={name}>
            <span className={classes.head}>
              <b className="mono">{name}</b>
              <Tag color="sea">Input</Tag>
              {optional && <span className={classes.dimmed}>optional</span>}
            </span>
            {description !== '' && <Text size="sm">{description}</Text>}
          </li>
        ))}
        {parameters.map(({ name, kind, description, required, defaultValue, unit, values }) => (
          <li key={name}>
            <span className={classes.head}>
              <b className="mono">{name}</b>
              <Tag>{kind.replace('PARAMETER_KIND_', '').toLowerCase()}</Tag>
              <span className={classes.dimmed}>
                {[
                  required ? 'required' : defaultValue === '' ? 'optional' : `default ${defaultValue}`,
                  unit,
                  values.join(', '),
                ]
                  .filter((part) => part !== '')
                  .join(' · ')}
              </span>
            </span>
            {description !== '' && <Text size="sm">{description}</Text>}
          </li>
        ))}
      </ul>
    </Panel>
  )
}
