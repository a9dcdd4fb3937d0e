(func (e[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[xport "add") (param i64 i64) (result i64 i64Floatcai8x16.add_sat_ul f32)
  loccl.get 0 local.get 1 local.get 0 local.get 1 i32.atomic.load(; nested (; comment ;) ;)
(memory 1) (func (export )
(memory 1) (func (export "at") (param $p i32) (resu64) (result ilt i32)
  (i