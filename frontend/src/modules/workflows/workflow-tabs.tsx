import { NavLink } from 'react-router'
import classes from '../../app/shared-tabs.module.css'

/** Leads between workflows, what they are made of, and what they run in. */
export function WorkflowTabs({ path }: { path: string }) {
  return (
    <nav className={classes.tabs} aria-label="Workflows">
      <NavLink to={`${path}/workflows`} className={classes.tab ?? ''}>
        Workflows
      </NavLink>
      <NavLink to={`${path}/algorithms`} className={classes.tab ?? ''}>
        Algorithms
      </NavLink>
      <NavLink to={`${path}/environments`} className={classes.tab ?? ''}>
        Environments
      </NavLink>
    </nav>
  )
}
