mod acts;
mod families;
mod property;
mod stage;
mod waves;
