//! Sans-IO firmware over the air: notice, states, rollout.
