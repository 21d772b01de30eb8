fn helper() {} //~ E0601
