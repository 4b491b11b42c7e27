use super::*;
use crate::store::reserve;

#[tokio::test]
async fn there_is_a_reserve_while_there_is_plenty_and_none_once_it_is_needed() {
    let bench = Bench::new("reserve").await;
    let size = || std::fs::metadata(bench.folder.join("reserve")).map(|it| it.len()).ok();
    reserve::take(&bench.folder, 63 << 20);
    assert_eq!(size(), None);
    reserve::take(&bench.folder, 64 << 20);
    assert_eq!(size(), Some(8 << 20));
    reserve::release(&bench.folder, 4 << 20);
    assert!(size().is_some());
    reserve::release(&bench.folder, (4 << 20) - 1);
    assert_eq!(size(), None);
}
