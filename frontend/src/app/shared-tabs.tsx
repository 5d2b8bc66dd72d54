import { NavLink } from 'react-router'
import classes from './shared-tabs.module.css'

/** Leads between what others let the caller see, by kind. */
export function SharedTabs() {
  return (
    <nav className={classes.tabs} aria-label="Shared with me">
      <NavLink to="/shared" end className={classes.tab ?? ''}>
        Jobs
      </NavLink>
      <NavLink to="/shared/files" className={classes.tab ?? ''}>
        Files
      </NavLink>
    </nav>
  )
}
