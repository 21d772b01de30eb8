use std::arch::x86_64::*;
fn main() {
    unsafe {
        let a = _mm_setr_epi32(1, -2, 3, 4);
        let b = _mm_set1_epi32(10);
        let s = _mm_add_epi32(a, b);
        let sh = _mm_shuffle_epi32::<0b00_01_10_11>(s);
        let mut out = [0i32; 4];
        _mm_storeu_si128(out.as_mut_ptr() as *mut __m128i, sh);
        println!("{out:?}");
        let m = _mm_movemask_epi8(_mm_cmpgt_epi32(a, _mm_setzero_si128()));
        println!("{m:#06x}");
        let u = _mm_unpacklo_epi8(_mm_set1_epi8(1), _mm_set1_epi8(2));
        println!("{}", _mm_cvtsi128_si32(u));
        let f = _mm_mul_ps(_mm_set_ps(1.0, 2.0, 3.0, 4.0), _mm_set1_ps(0.5));
        println!("{}", _mm_cvtss_f32(f));
        println!("{}", _mm_cvtss_f32(_mm_sqrt_ps(f)));
    }
}
