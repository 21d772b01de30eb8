#include "mir/mir_internal.h"

void check_match(MirBuild *b, HirExpr e, Ty scrutinee_ty, const HirArm *arms, u32 count) {
    (void)b, (void)e, (void)scrutinee_ty, (void)arms, (void)count;
}
void check_irrefutable(MirBuild *b, HirPat pat, bool is_param) { (void)b, (void)pat, (void)is_param; }
