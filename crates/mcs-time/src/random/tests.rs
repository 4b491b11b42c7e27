use super::*;

#[test]
fn the_reference_sequence_of_seed_zero_comes_out() {
    // The published first outputs of SplitMix64 for seed 0.
    let mut random = SplitMix64::new(0);
    assert_eq!(random.next_u64(), 0xe220_a839_7b1d_cdaf);
    assert_eq!(random.next_u64(), 0x6e78_9e6a_a1b9_65f4);
    assert_eq!(random.next_u64(), 0x06c4_5d18_8009_454f);
}

#[test]
fn up_to_stays_within_and_reaches_both_bounds() {
    let mut random = SplitMix64::new(7);
    let mut seen = [false; 4];
    for _ in 0..200 {
        let n = random.up_to(3);
        seen[usize::try_from(n).unwrap()] = true;
    }
    assert_eq!(seen, [true; 4]);
    assert_eq!(random.up_to(0), 0);
    let _ = random.up_to(u64::MAX);
}
