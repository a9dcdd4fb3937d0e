print("pulley")
