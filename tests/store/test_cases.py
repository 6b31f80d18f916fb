from tests.store.house import House, MONDAY
def test_x(house: House) -> None:
    c=house.at_weighing()
    house.complete(c,"wegen")
